#include "core/services/checker.h"

#include <algorithm>
#include <set>
#include <vector>

#include "core/base/utf8.h"
#include "core/services/json_printer.h"
#include "core/services/json_times.h"
#include "core/services/value_check.h"

namespace solder::services {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

bool is_wrapper(const Descriptor& type) {
  const auto known = type.well_known_type();
  return known >= Descriptor::WELLKNOWNTYPE_DOUBLEVALUE && known <= Descriptor::WELLKNOWNTYPE_BOOLVALUE;
}

std::string describe_text(const FieldDescriptor& field, std::string_view value) {
  constexpr size_t kLongest = 60;
  if (field.type() == FieldDescriptor::TYPE_BYTES) return std::to_string(value.size()) + " bytes";
  std::string out;
  if (value.size() > kLongest) {
    size_t end = kLongest;
    while (end > 0 && (static_cast<uint8_t>(value[end]) & 0xC0) == 0x80) --end;
    append_json_string(value.substr(0, end), out);
    return out + "...";
  }
  append_json_string(value, out);
  return out;
}

}  // namespace

std::string Checker::Where::text() const {
  if (parent == nullptr) return {};
  const std::string before = parent->text();
  if (index >= 0) return before + "[" + std::to_string(index) + "]";
  if (bracket) return before + "[" + std::string(name) + "]";
  return before.empty() ? std::string(name) : before + "." + std::string(name);
}

bool Checker::check(const Descriptor& type, std::string_view bytes) {
  const Where root;
  return sub_message(type, bytes, nullptr, root);
}

bool Checker::message(const Descriptor& type, std::string_view bytes, const Where& at) {
  MessageView view;
  std::string problem;
  if (!view.parse(type, bytes, problem)) return refuse(at, problem);
  if (++depth_ > kMaxWireDepth) return refuse(at, "nested deeper than " + std::to_string(kMaxWireDepth) + " levels");
  const MessageRules& rules = book_.of(type);
  for (const auto& group : view.groups()) {
    if (group.field == nullptr) {
      return refuse(
          at, "field number " + std::to_string(group.occurrences[0].number) + " is unknown in " + type.full_name());
    }
    const Where below{&at, group.field->name(), false, -1};
    if (!field(group, rules.fields[static_cast<size_t>(group.field->index())].get(), below)) return false;
  }
  if (!missing_parts(type, rules, view, at)) return false;
  if (&type == regex_matcher() && !compiles(view, at)) return false;
  --depth_;
  return true;
}

const Descriptor* Checker::regex_matcher() const {
  static constexpr std::string_view kType = "envoy.type.matcher.v3.RegexMatcher";
  if (regex_matcher_ == nullptr) regex_matcher_ = types_.find(kType);
  return regex_matcher_;
}

// Envoy compiles these when it takes the configuration and refuses all of it for one that does not.
bool Checker::compiles(const MessageView& view, const Where& at) {
  for (const auto& group : view.groups()) {
    if (group.field->name() != "regex") continue;
    const std::string_view regex = group.occurrences.back().payload;
    const RE2 compiled(re2::StringPiece(regex.data(), regex.size()), RE2::Quiet);
    if (compiled.ok()) return true;
    return refuse(at,
                  "found " + describe_text(*group.field, regex) + ", expected an RE2 expression: " + compiled.error());
  }
  return true;
}

// What the rules want to be there, against what is.
bool Checker::missing_parts(const Descriptor& type, const MessageRules& rules, const MessageView& view,
                            const Where& at) {
  for (const int index : rules.if_absent) {
    const FieldDescriptor& field = *type.field(index);
    const bool there = std::any_of(view.groups().begin(), view.groups().end(),
                                   [&](const auto& group) { return group.field == &field; });
    const Where below{&at, field.name(), false, -1};
    if (!there && !absent(field, *rules.fields[static_cast<size_t>(index)], below)) return false;
  }
  for (const int index : rules.required_oneofs) {
    const auto& oneof = *type.oneof_decl(index);
    const bool there = std::any_of(view.groups().begin(), view.groups().end(),
                                   [&](const auto& group) { return group.field->real_containing_oneof() == &oneof; });
    if (there) continue;
    std::string members;
    for (int k = 0; k < oneof.field_count(); ++k) members += (k == 0 ? "" : ", ") + oneof.field(k)->name();
    return refuse(at, "has no " + oneof.name() + ", expected one of " + members);
  }
  return true;
}

// What the rules say of a field that is not there.
bool Checker::absent(const FieldDescriptor& field, const ValueRules& rules, const Where& at) {
  if (field.is_repeated()) return count(rules, 0, at);
  if (rules.required) return refuse(at, "is missing, expected a value");
  return field.has_presence() || zero(field, rules, at);
}

// What the rules say of a field without presence that is not written.
bool Checker::zero(const FieldDescriptor& field, const ValueRules& rules, const Where& at) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return length_value(field, {}, &rules, at);
  return scalar(field, 0, &rules, at);
}

bool Checker::field(const MessageView::Group& group, const ValueRules* rules, const Where& at) {
  if (group.field->is_map()) return map(group, rules, at);
  if (group.field->is_repeated()) return list(group, rules, at);
  std::string scratch;
  if (group.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return length_value(*group.field, message_bytes(group, scratch), rules, at);
  }
  if (wire_type_of(*group.field) == WireType::kLength) {
    return length_value(*group.field, group.occurrences.back().payload, rules, at);
  }
  return scalar(*group.field, group.occurrences.back().value, rules, at);
}

bool Checker::list(const MessageView::Group& group, const ValueRules* rules, const Where& at) {
  const FieldDescriptor& field = *group.field;
  const ValueRules* items = rules == nullptr ? nullptr : rules->items.get();
  const bool unique = rules != nullptr && rules->unique;
  std::set<std::string, std::less<>> seen;
  std::vector<uint64_t> values;
  const bool lengths = wire_type_of(field) == WireType::kLength;
  if (!lengths && !scalar_values(group, values)) return refuse(at, "is cut off");
  const size_t number = lengths ? group.occurrences.size() : values.size();
  if (rules != nullptr && !count(*rules, number, at)) return false;
  for (size_t i = 0; i < number; ++i) {
    const Where below{&at, {}, false, static_cast<int64_t>(i)};
    const bool fine = lengths ? length_value(field, group.occurrences[i].payload, items, below)
                              : scalar(field, values[i], items, below);
    if (!fine) return false;
    if (unique &&
        !seen.emplace(lengths ? std::string(group.occurrences[i].payload) : std::to_string(values[i])).second) {
      return refuse(below, "stands in the list before, expected each value once");
    }
  }
  return true;
}

bool Checker::map(const MessageView::Group& group, const ValueRules* rules, const Where& at) {
  const Descriptor& type = *group.field->message_type();
  if (rules != nullptr && !count(*rules, group.occurrences.size(), at)) return false;
  for (const WireField& entry : group.occurrences) {
    MessageView view;
    std::string problem;
    if (!view.parse(type, entry.payload, problem)) return refuse(at, problem);
    bool seen[2] = {};
    std::string key;
    for (const auto& part : view.groups()) {
      if (part.field == nullptr) return refuse(at, "an entry of the map holds an unknown field");
      const bool is_key = part.field->number() == 1;
      seen[is_key ? 0 : 1] = true;
      if (is_key)
        key = part.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING ? std::string(part.occurrences.back().payload)
                                                                        : std::to_string(part.occurrences.back().value);
      const Where below{&at, key, true, -1};
      const ValueRules* own = rules == nullptr ? nullptr : is_key ? rules->keys.get() : rules->items.get();
      if (!field(part, own, below)) return false;
    }
    const Where below{&at, key, true, -1};
    if (rules == nullptr) continue;
    if (!seen[0] && rules->keys != nullptr && !absent(*type.map_key(), *rules->keys, below)) return false;
    if (!seen[1] && rules->items != nullptr && !absent(*type.map_value(), *rules->items, below)) return false;
  }
  return true;
}

bool Checker::length_value(const FieldDescriptor& field, std::string_view payload, const ValueRules* rules,
                           const Where& at) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return sub_message(*field.message_type(), payload, rules, at);
  }
  if (field.type() == FieldDescriptor::TYPE_STRING && !base::is_utf8(payload))
    return refuse(at, "the text is not UTF-8");
  if (rules == nullptr) return true;
  const std::string expected = expected_text(*rules, payload);
  if (expected.empty()) return true;
  return refuse(at, "found " + describe_text(field, payload) + ", expected " + expected);
}

bool Checker::scalar(const FieldDescriptor& field, uint64_t bits, const ValueRules* rules, const Where& at) {
  if (rules == nullptr || (rules->ignore_empty && bits == 0)) return true;
  const Number value = number_of(field, bits);
  if (rules->defined_only && field.enum_type() != nullptr &&
      field.enum_type()->FindValueByNumber(static_cast<int>(std::get<int64_t>(value))) == nullptr) {
    return refuse(at, "found " + describe_number(value) + ", expected a value of " + field.enum_type()->full_name());
  }
  const std::string expected = expected_number(*rules, value);
  if (expected.empty()) return true;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    return refuse(
        at, std::string("found ") + (bits != 0 ? "true" : "false") + ", expected " + (bits != 0 ? "false" : "true"));
  }
  return refuse(at, "found " + describe_number(value) + ", expected " + expected);
}

bool Checker::sub_message(const Descriptor& type, std::string_view payload, const ValueRules* rules, const Where& at) {
  if (type.well_known_type() == Descriptor::WELLKNOWNTYPE_ANY) return any(payload, rules, at);
  if (rules != nullptr && is_wrapper(type)) {
    MessageView view;
    std::string problem;
    if (!view.parse(type, payload, problem)) return refuse(at, problem);
    const FieldDescriptor& inner = *type.field(0);
    const bool there = !view.groups().empty() && view.groups()[0].field == &inner;
    // The rules of a wrapper are those of its value, but for `required`: that the wrapper is there is enough.
    if (there ? !field(view.groups()[0], rules, at) : !zero(inner, *rules, at)) return false;
  }
  if (type.well_known_type() == Descriptor::WELLKNOWNTYPE_DURATION) {
    const auto value = duration_of(payload);
    if (value && !valid_duration({value->first, value->second})) {
      return refuse(at, "found " + std::to_string(value->first) + " seconds and " + std::to_string(value->second) +
                            " nanoseconds, expected a valid duration");
    }
    if (value && rules != nullptr) {
      const std::string expected = expected_number(*rules, *value);
      if (!expected.empty()) return refuse(at, "found " + describe_number(*value) + ", expected " + expected);
    }
  }
  return message(type, payload, at);
}

bool Checker::any(std::string_view bytes, const ValueRules* rules, const Where& at) {
  std::vector<WireField> fields;
  std::string problem;
  if (!read_wire(bytes, fields, problem)) return refuse(at, problem);
  std::string_view url;
  std::string_view value;
  for (const WireField& part : fields) {
    if (part.number > 2 || part.type != WireType::kLength) return refuse(at, "holds a field that an Any has not");
    (part.number == 1 ? url : value) = part.payload;
  }
  if (url.empty() && value.empty()) return true;
  if (!base::is_utf8(url)) return refuse(at, "the type URL is not UTF-8");
  if (rules != nullptr) {
    const std::string expected = expected_text(*rules, url);
    if (!expected.empty()) return refuse(at, "found a " + std::string(url) + ", expected " + expected);
  }
  const Descriptor* type = url.find('/') == std::string_view::npos ? nullptr : types_.find(url);
  if (type == nullptr) {
    return refuse(at, "found the type \"" + std::string(url) +
                          "\", expected the type URL of a message that this Envoy release knows");
  }
  // Counted here as well: an Any in an Any in an Any never comes to message().
  if (++depth_ > kMaxWireDepth) return refuse(at, "nested deeper than " + std::to_string(kMaxWireDepth) + " levels");
  const bool fine = sub_message(*type, value, nullptr, Where{&at, type->full_name(), true, -1});
  --depth_;
  return fine;
}

bool Checker::count(const ValueRules& rules, uint64_t number, const Where& at) {
  const std::string expected = expected_count(rules, number);
  return expected.empty() || refuse(at, "found " + std::to_string(number) + " entries, expected " + expected);
}

bool Checker::refuse(const Where& at, const std::string& what) {
  const std::string where = at.text();
  problem_ = where.empty() ? what : where + ": " + what;
  return false;
}

}  // namespace solder::services

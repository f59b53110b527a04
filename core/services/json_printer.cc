#include "core/services/json_printer.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <map>

#include "core/base/base64.h"
#include "core/base/utf8.h"

namespace solder::services {
namespace {

using google::protobuf::FieldDescriptor;

template <typename T>
void append_real(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    char buffer[32];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);  // the shortest that reads back equal
  }
}

bool prints_as_text(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING; }

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<uint8_t>(c) < 0x20) {
          out += "\\u00";
          out += kHex[static_cast<uint8_t>(c) >> 4];
          out += kHex[c & 0xF];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

bool JsonPrinter::message(const Descriptor& type, std::string_view wire) {
  if (type.well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED) {
    out_ += '{';
    if (!members(type, wire, true)) return false;
    out_ += '}';
    return true;
  }
  MessageView view;
  std::string problem;
  if (!view.parse(type, wire, problem)) return refuse("", problem);
  if (++depth_ > kMaxWireDepth) return refuse("", "nested too deep");
  const bool printed = well_known(type, view);
  --depth_;
  return printed;
}

// The inside of an object; `first`: nothing stands in it yet.
bool JsonPrinter::members(const Descriptor& type, std::string_view wire, bool first) {
  MessageView view;
  std::string problem;
  if (!view.parse(type, wire, problem)) return refuse("", problem);
  if (++depth_ > kMaxWireDepth) return refuse("", "nested too deep");
  for (const auto& group : view.groups()) {
    if (group.field == nullptr) continue;
    const size_t before = out_.size();
    if (!first) out_ += ',';
    append_json_string(group.field->json_name(), out_);
    out_ += ':';
    const size_t value = out_.size();
    if (!field(group)) return refuse(group.field->name(), "");
    if (out_.size() == value) {  // a zero that protobuf does not print
      out_.resize(before);
    } else {
      first = false;
    }
  }
  --depth_;
  return true;
}

// Appends nothing where the value is one that is left out.
bool JsonPrinter::field(const MessageView::Group& group) {
  const FieldDescriptor& field = *group.field;
  if (field.is_map()) return map(group);
  if (field.is_repeated()) return list(group);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    std::string scratch;
    return message(*field.message_type(), message_bytes(group, scratch));
  }
  const WireField& last = group.occurrences.back();
  if (prints_as_text(field)) {
    if (last.payload.empty() && !field.has_presence()) return true;
    return text(field, last.payload);
  }
  if (last.value != 0 || field.has_presence()) scalar(field, last.value);
  return true;
}

bool JsonPrinter::list(const MessageView::Group& group) {
  const FieldDescriptor& field = *group.field;
  std::vector<uint64_t> values;
  const bool lengths = wire_type_of(field) == WireType::kLength;
  if (!lengths && !scalar_values(group, values)) return refuse("", "a packed list is cut off");
  if (!lengths && values.empty()) return true;
  char open = '[';
  for (const uint64_t value : values) {
    out_ += open;
    open = ',';
    scalar(field, value);
  }
  for (size_t i = 0; lengths && i < group.occurrences.size(); ++i) {
    out_ += open;
    open = ',';
    const std::string_view payload = group.occurrences[i].payload;
    const bool printed = prints_as_text(field) ? text(field, payload) : message(*field.message_type(), payload);
    if (!printed) return refuse("[" + std::to_string(i) + "]", "");
  }
  out_ += ']';
  return true;
}

bool JsonPrinter::map(const MessageView::Group& group) {
  const FieldDescriptor& key_field = *group.field->message_type()->map_key();
  const bool numbers = !prints_as_text(key_field) && key_field.type() != FieldDescriptor::TYPE_BOOL;
  std::map<std::pair<int64_t, std::string>, std::string> entries;  // the last entry of a key counts
  for (const WireField& entry : group.occurrences) {
    std::string key;
    std::string value;
    if (!map_entry(group, entry, key, value)) return false;
    int64_t order = 0;
    if (numbers) std::from_chars(key.data(), key.data() + key.size(), order);
    entries.insert_or_assign({order, std::move(key)}, std::move(value));
  }
  char open = '{';
  for (const auto& [key, value] : entries) {
    out_ += open;
    open = ',';
    append_json_string(key.second, out_);
    out_ += ':';
    out_ += value;
  }
  out_ += '}';
  return true;
}

// One entry: the key as bare text, the value as JSON. What is not on the wire has its default.
bool JsonPrinter::map_entry(const MessageView::Group& group, const WireField& entry, std::string& key,
                            std::string& value) {
  const Descriptor& type = *group.field->message_type();
  MessageView view;
  std::string problem;
  if (!view.parse(type, entry.payload, problem)) return refuse("", problem);
  const MessageView::Group* parts[3] = {};
  for (const auto& part : view.groups()) {
    if (part.field != nullptr) parts[part.field->number()] = &part;
  }
  JsonPrinter inner(types_, value);
  inner.depth_ = depth_;
  if (prints_as_text(*type.map_key())) {
    key = parts[1] == nullptr ? std::string() : std::string(parts[1]->occurrences.back().payload);
    if (!base::is_utf8(key)) return refuse("", "a map's key is not UTF-8");
  } else {
    inner.scalar(*type.map_key(), parts[1] == nullptr ? 0 : parts[1]->occurrences.back().value);
    for (const char c : std::exchange(value, {})) {
      if (c != '"') key += c;
    }
  }
  const FieldDescriptor& value_field = *type.map_value();
  if (parts[2] != nullptr && !inner.field(*parts[2])) return refuse("[" + key + "]" + inner.problem_, "");
  if (!value.empty()) return true;
  bool printed = true;
  if (value_field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    printed = inner.message(*value_field.message_type(), {});
  } else if (prints_as_text(value_field)) {
    value = "\"\"";
  } else {
    inner.scalar(value_field, 0);
  }
  return printed;
}

bool JsonPrinter::text(const FieldDescriptor& field, std::string_view value) {
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    append_json_string(base::base64_encode(value), out_);
    return true;
  }
  if (!base::is_utf8(value)) return refuse("", "the string is not UTF-8");
  append_json_string(value, out_);
  return true;
}

void JsonPrinter::scalar(const FieldDescriptor& field, uint64_t bits) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      out_ += bits != 0 ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto number = static_cast<int32_t>(bits);
      const auto* named = field.enum_type()->FindValueByNumber(number);
      if (named == nullptr) {
        out_ += std::to_string(number);
      } else if (field.enum_type()->full_name() == "google.protobuf.NullValue") {
        out_ += "null";
      } else {
        append_json_string(named->name(), out_);
      }
      return;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      out_ += std::to_string(signed_value(field, bits));
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      out_ += std::to_string(unsigned_value(field, bits));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      out_ += '"' + std::to_string(signed_value(field, bits)) + '"';
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      out_ += '"' + std::to_string(unsigned_value(field, bits)) + '"';
      return;
    case FieldDescriptor::CPPTYPE_FLOAT:
      return append_real(std::bit_cast<float>(static_cast<uint32_t>(bits)), out_);
    default:
      return append_real(std::bit_cast<double>(bits), out_);
  }
}

// Builds "route.name: what" from the inside out: each level puts its field in front.
bool JsonPrinter::refuse(std::string_view where, const std::string& what) {
  if (!what.empty()) problem_ = ": " + what;
  if (!where.empty()) {
    const bool joined = problem_.starts_with(':') || problem_.starts_with('[');
    problem_ = std::string(where) + (joined ? "" : ".") + problem_;
  }
  return false;
}

}  // namespace solder::services

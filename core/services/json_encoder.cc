#include "core/services/json_encoder.h"

#include <algorithm>

#include "core/base/nearest_name.h"
#include "core/services/json_scalars.h"
#include "core/services/json_text.h"
#include "core/services/wire_writer.h"

namespace solder::services {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

const FieldDescriptor* find_member(const Descriptor& type, const std::string& key) {
  if (const auto* field = type.FindFieldByName(key)) return field;
  if (const auto* field = type.FindFieldByCamelcaseName(key)) return field;
  for (int i = 0; i < type.field_count(); ++i) {  // names such as "a_1b", where the two camel cases differ
    if (type.field(i)->json_name() == key) return type.field(i);
  }
  return nullptr;
}

// A null that is a value and not the absence of one.
bool null_is_a_value(const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return field.enum_type()->full_name() == "google.protobuf.NullValue";
  }
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated() &&
         field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE;
}

}  // namespace

bool JsonEncoder::encode(const Descriptor& type, const Json& value, std::string& out) {
  protozero::pbf_writer writer(out);
  return message(type, value, JsonPath{}, writer);
}

bool JsonEncoder::message(const Descriptor& type, const Json& value, const JsonPath& at, protozero::pbf_writer& out) {
  if (type.well_known_type() != Descriptor::WELLKNOWNTYPE_UNSPECIFIED) return well_known(type, value, at, out);
  return plain_message(type, value, at, out);
}

bool JsonEncoder::plain_message(const Descriptor& type, const Json& value, const JsonPath& at,
                                protozero::pbf_writer& out) {
  std::vector<Member> found;
  if (!members(type, value, at, found) || !check_members(found, at)) return false;
  for (const Member& member : found) {
    const JsonPath below = at.at_field(member.key, *member.field);
    if (member.value->is_null() && !null_is_a_value(*member.field)) {
      clear(below);
    } else if (!field(*member.field, *member.value, below, out)) {
      return false;
    }
  }
  return true;
}

// The members of a JSON object as fields, in order of number.
bool JsonEncoder::members(const Descriptor& type, const Json& value, const JsonPath& at, std::vector<Member>& found) {
  if (!value.is_object()) return refuse(at, value, "an object (" + type.full_name() + ")");
  found.reserve(value.size());
  for (const auto& [key, child] : value.get_ref<const Json::object_t&>()) {
    if (at.opaque && key == "@type") continue;  // any() has read it
    const FieldDescriptor* field = find_member(type, key);
    if (field == nullptr) return unknown_member(type, key, at);
    found.push_back({field, &child, key});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Member& a, const Member& b) { return a.field->number() < b.field->number(); });
  return true;
}

bool JsonEncoder::check_members(const std::vector<Member>& found, const JsonPath& at) {
  for (size_t i = 0; i < found.size(); ++i) {
    if (i > 0 && found[i].field == found[i - 1].field) {
      return refuse(at, "\"" + std::string(found[i - 1].key) + "\" and \"" + std::string(found[i].key) +
                            "\" are two spellings of one field, expected one of them");
    }
    const auto* oneof = found[i].field->real_containing_oneof();
    if (oneof == nullptr || found[i].value->is_null()) continue;
    for (size_t k = 0; k < i; ++k) {
      if (found[k].field->real_containing_oneof() != oneof || found[k].value->is_null()) continue;
      return refuse(at, "\"" + std::string(found[k].key) + "\" and \"" + std::string(found[i].key) +
                            "\" exclude each other (oneof " + oneof->name() + "), expected one of them");
    }
  }
  return true;
}

bool JsonEncoder::field(const FieldDescriptor& field, const Json& value, const JsonPath& at,
                        protozero::pbf_writer& out) {
  if (field.is_map()) return map(field, value, at, out);
  if (field.is_repeated()) return list(field, value, at, out);
  return single(field, value, at, out);
}

bool JsonEncoder::list(const FieldDescriptor& field, const Json& value, const JsonPath& at,
                       protozero::pbf_writer& out) {
  if (!value.is_array()) return refuse(at, value, "a list");
  if (!field.is_packed()) {
    for (size_t i = 0; i < value.size(); ++i) {
      if (!single(field, value[i], at.at_index(i), out)) return false;
    }
    return true;
  }
  std::vector<uint64_t> numbers;
  numbers.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    const auto number = parse_scalar(field, value[i]);
    if (!number) return refuse(at.at_index(i), value[i], expected_scalar(field, value[i]));
    numbers.push_back(*number);
  }
  write_packed(field, numbers, out);
  return true;
}

bool JsonEncoder::map(const FieldDescriptor& field, const Json& value, const JsonPath& at, protozero::pbf_writer& out) {
  if (!value.is_object()) return refuse(at, value, "an object (its keys are the map's)");
  const FieldDescriptor& key_field = *field.message_type()->map_key();
  const FieldDescriptor& value_field = *field.message_type()->map_value();
  const bool text_keys = key_field.type() == FieldDescriptor::TYPE_STRING;
  std::vector<std::pair<int64_t, std::string>> entries;  // JSON gives keys in order of text; numbers need their own
  for (const auto& [key, child] : value.get_ref<const Json::object_t&>()) {
    const JsonPath below = at.at_entry(key);
    if (child.is_null() && !null_is_a_value(value_field)) {
      clear(below);
      continue;
    }
    std::string bytes;
    protozero::pbf_writer entry(bytes);
    int64_t order = 0;
    if (text_keys) {
      entry.add_string(1, key);
    } else {
      const auto number = parse_map_key(key_field, key);
      if (!number) return refuse(below, json(key), "a key that is " + expected_scalar(key_field, json(key)));
      order = static_cast<int64_t>(*number);
      write_scalar(key_field, *number, entry);
    }
    if (!single(value_field, child, below, entry)) return false;
    entries.emplace_back(order, std::move(bytes));
  }
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& entry : entries) out.add_message(static_cast<uint32_t>(field.number()), entry.second);
  return true;
}

// One value: a singular field, an element of a list, or the value of a map's entry.
bool JsonEncoder::single(const FieldDescriptor& field, const Json& value, const JsonPath& at,
                         protozero::pbf_writer& out) {
  const auto number = static_cast<uint32_t>(field.number());
  switch (field.type()) {
    case FieldDescriptor::TYPE_MESSAGE:
      return nested(out, number, [&](auto& child) { return message(*field.message_type(), value, at, child); });
    case FieldDescriptor::TYPE_GROUP:
      return refuse(at, "a group, a form of proto2 that JSON cannot express");
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES: {
      const auto text = parse_text(field, value);
      if (!text) return refuse(at, value, expected_scalar(field, value));
      out.add_bytes(number, *text);
      return true;
    }
    default: {
      const auto bits = parse_scalar(field, value);
      if (!bits) return refuse(at, value, expected_scalar(field, value));
      write_scalar(field, *bits, out);
      return true;
    }
  }
}

void JsonEncoder::clear(const JsonPath& at) {
  if (auto path = at.field_path()) cleared_.push_back(std::move(*path));
}

bool JsonEncoder::unknown_member(const Descriptor& type, std::string_view key, const JsonPath& at) {
  std::vector<std::string_view> known;
  for (int i = 0; i < type.field_count(); ++i) {
    known.push_back(type.field(i)->json_name());
    known.push_back(type.field(i)->name());
  }
  std::string text = "unknown field: " + type.full_name() + " has no such field";
  if (const std::string nearest = base::nearest_name(key, known); !nearest.empty()) {
    text += "; did you mean \"" + nearest + "\"?";
  }
  return refuse(at.at_part(key), text);
}

bool JsonEncoder::refuse(const JsonPath& at, const Json& found, const std::string& expected) {
  return refuse(at, "found " + describe_json(found) + ", expected " + expected);
}

bool JsonEncoder::refuse(const JsonPath& at, const std::string& what) {
  const std::string pointer = at.pointer();
  problem_ = (pointer.empty() ? "the value itself" : pointer) + ": " + what;
  return false;
}

}  // namespace solder::services

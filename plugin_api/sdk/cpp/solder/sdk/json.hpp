// solder/sdk/json.hpp - values of options with nlohmann/json, for plugins that have it; sdk.hpp does without.
// Values come checked by the manifest's schema, so members have the type that it says; what is absent reads as the
// given default. Tested by tests/unit/sdk/message_test.cc.
#ifndef SOLDER_SDK_JSON_HPP_
#define SOLDER_SDK_JSON_HPP_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "solder/sdk/message.hpp"

namespace solder::sdk {

using Json = nlohmann::json;

// The value, or null where the text is empty or not JSON.
inline Json parse_json(std::string_view text) { return Json::parse(text, nullptr, false); }

// The member of an object, or null.
inline const Json* find(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}
inline std::string get_string(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}
inline std::optional<bool> get_bool(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_boolean() ? std::optional(value->get<bool>()) : std::nullopt;
}
// Whole numbers that are not negative.
inline std::optional<uint64_t> get_uint(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_number_unsigned() ? std::optional(value->get<uint64_t>()) : std::nullopt;
}
inline std::optional<double> get_number(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
}
inline std::optional<Duration> get_duration(const Json& object, const char* name) {
  const Json* value = find(object, name);
  return value != nullptr && value->is_string() ? parse_duration(value->get_ref<const std::string&>()) : std::nullopt;
}
inline std::vector<std::string> get_strings(const Json& object, const char* name) {
  std::vector<std::string> out;
  const Json* list = find(object, name);
  if (list == nullptr) return out;
  for (const Json& item : *list) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

// google.protobuf.Value and Struct.
inline Message to_struct(const Json& object);
inline Message to_value(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return Message().add_bool(4, json.get<bool>());
    case Json::value_t::string:
      return Message().add_string(3, json.get_ref<const std::string&>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return Message().add_double(2, json.get<double>());
    case Json::value_t::object:
      return Message().add_message(5, to_struct(json));
    case Json::value_t::array: {
      Message list;
      for (const Json& item : json) list.add_message(1, to_value(item));
      return Message().add_message(6, list);
    }
    default:
      return Message().add_enum(1, 0);
  }
}
inline Message to_struct(const Json& object) {
  Message out;
  for (const auto& [key, value] : object.items()) out.add_entry(1, key, to_value(value));
  return out;
}

}  // namespace solder::sdk

#endif

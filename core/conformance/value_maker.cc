#include "core/conformance/value_maker.h"

#include <algorithm>
#include <array>
#include <limits>

namespace solder::conformance {

namespace {

constexpr int kDeep = 5;  // below this only what is required
constexpr size_t kLong = 5000;

bool is_required(const nlohmann::json& schema, const std::string& name) {
  const auto required = schema.find("required");
  return required != schema.end() && std::find(required->begin(), required->end(), name) != required->end();
}

std::pair<double, double> range_of(const std::string& format) {
  if (format == "uint32") return {0, std::numeric_limits<uint32_t>::max()};
  if (format == "int32") return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
  if (format == "uint64") return {0, 1e15};
  return {-1e15, 1e15};
}

}  // namespace

nlohmann::json ValueMaker::make(const json& schema, int depth) {
  if (!schema.is_object()) return make_any(depth);
  if (const auto ref = schema.find("$ref"); ref != schema.end()) {
    const std::string pointer = ref->get<std::string>().substr(1);
    return make(root_.at(json::json_pointer(pointer)), depth + 1);
  }
  const auto examples = schema.find("examples");
  if (examples != schema.end() && !examples->empty() && below(2) == 0) return (*examples)[below(examples->size())];
  if (const auto values = schema.find("enum"); values != schema.end()) return (*values)[below(values->size())];
  const std::string type = schema.value("type", "");
  if (type == "object") return make_object(schema, depth);
  if (type == "array") return make_array(schema, depth);
  if (type == "string") return make_text(schema);
  if (type == "boolean") return below(2) == 0;
  if (type == "integer") return make_integer(schema);
  if (type == "number") return make_number(schema);
  return make_any(depth);
}

nlohmann::json ValueMaker::make_object(const json& schema, int depth) {
  json out = json::object();
  if (schema.value("format", "") == "struct") return {{"text", "a"}, {"nothing", nullptr}, {"list", {1, true}}};
  const json properties = schema.value("properties", json::object());
  for (const auto& [name, property] : properties.items()) {
    if (property.is_object() && property.contains("x-solder-not-served")) continue;
    const bool wanted = depth < kDeep && below(2) == 0;
    if (wanted || is_required(schema, name)) out[name] = make(property, depth + 1);
  }
  keep_one_of_each(schema, out);
  if (const auto more = schema.find("additionalProperties"); more != schema.end() && *more != false && depth < kDeep) {
    static const std::array<const char*, 4> kNames = {"x", "x-solder-test", "a.b/c~d", "Ключ"};
    for (size_t i = below(3); i > 0; --i) out[kNames[below(kNames.size())]] = make(*more, depth + 1);
  }
  return out;
}

void ValueMaker::keep_one_of_each(const json& schema, json& object) {
  for (const json& group : schema.value("x-solder-oneof", json::array())) {
    std::vector<std::string> there;
    for (const json& name : group)
      if (object.contains(name.get<std::string>())) there.push_back(name);
    if (there.size() < 2) continue;
    there.erase(there.begin() + static_cast<std::ptrdiff_t>(below(there.size())));
    for (const auto& name : there) object.erase(name);
  }
}

nlohmann::json ValueMaker::make_array(const json& schema, int depth) {
  json out = json::array();
  const size_t least = schema.value("minItems", size_t{0}), most = schema.value("maxItems", least + 3);
  const size_t count = depth < kDeep ? least + below(most - least + 1) : least;
  for (size_t i = 0; i < count; ++i) out.push_back(make(schema.value("items", json(true)), depth + 1));
  return out;
}

nlohmann::json ValueMaker::make_text(const json& schema) {
  static const std::array<const char*, 5> kDurations = {"0s", "5s", "0.001s", "3600s", "315576000000s"};
  static const std::array<const char*, 12> kWords = {
      "a",        "",          "x-header", "/path/{of}?things=1",         "example.com",
      "10.0.0.1", "::1",       "ключ ☃",   "\"quoted\" \\ and\n\tbroken", "100%",
      "../../up", "{{ body }}"};
  const std::string format = schema.value("format", "");
  if (format == "duration") return kDurations[below(kDurations.size())];
  if (format == "byte") return below(2) == 0 ? "AAECAw==" : "";
  std::string text = below(16) == 0 ? std::string(kLong, 'a') : kWords[below(kWords.size())];
  const size_t least = schema.value("minLength", size_t{0}), most = schema.value("maxLength", kLong);
  if (text.size() > most) text = std::string(most, 'a');
  if (text.size() < least) text.resize(least, 'a');
  return text;
}

nlohmann::json ValueMaker::make_integer(const json& schema) {
  const auto [low, high] = range_of(schema.value("format", ""));
  const auto least = static_cast<int64_t>(schema.value("minimum", low));
  const auto most = static_cast<int64_t>(schema.value("maximum", high));
  const std::array<int64_t, 7> wanted = {least, most, 0, 1, 2, 443, 1000000};
  return std::clamp(wanted[below(wanted.size())], least, most);
}

nlohmann::json ValueMaker::make_number(const json& schema) {
  const double least = schema.value("minimum", -1e6), most = schema.value("maximum", 1e6);
  const std::array<double, 5> wanted = {least, most, 0, 0.5, 1e-9};
  return std::clamp(wanted[below(wanted.size())], least, most);
}

nlohmann::json ValueMaker::make_any(int depth) {
  switch (below(depth < kDeep ? 6 : 4)) {
    case 0:
      return "text";
    case 1:
      return 7;
    case 2:
      return true;
    case 3:
      return 0.25;
    case 4:
      return {{"a", make_any(depth + 1)}, {"name", "b"}};
    default:
      return json::array({make_any(depth + 1), "b"});
  }
}

}  // namespace solder::conformance

// Checks a value against a compiled schema and writes it in canonical form, in one pass that goes on after each
// problem.
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/nearest_name.h"
#include "core/config/duration.h"
#include "core/config/schema.h"
#include "core/config/shown.h"
#include "core/config/tree_builder.h"

namespace solder::config {

namespace {

using nlohmann::json;

// More would bury the first ones, and a hostile file could ask for millions.
constexpr size_t kMostProblems = 100;

// The known field that was meant: one that is spelled nearly so, or the short or long form of the word ("address" for
// addr).
std::string meant(const std::string& word, const std::vector<std::string_view>& known) {
  constexpr size_t kShortest = 3;
  if (std::string nearest = base::nearest_name(word, known); !nearest.empty()) return nearest;
  for (const std::string_view name : known) {
    if (std::min(word.size(), name.size()) < kShortest) continue;
    if (word.starts_with(name) || name.starts_with(word)) return std::string(name);
  }
  return "";
}

const char* name_of(ValueType type) {
  switch (type) {
    case ValueType::kObject:
      return "a map";
    case ValueType::kArray:
      return "a list";
    case ValueType::kString:
      return "a text";
    case ValueType::kBoolean:
      return "true or false";
    case ValueType::kInteger:
      return "a whole number";
    case ValueType::kNumber:
      return "a number";
    case ValueType::kAny:
      break;
  }
  return "a value";
}

bool is_base64(const std::string& text) {
  static const re2::RE2 kBase64(R"([A-Za-z0-9+/_\-\s]*={0,2}\s*)");
  size_t letters = 0;
  for (const char c : text) letters += c != '\n' && c != '\r' && c != ' ' && c != '=';
  return letters % 4 != 1 && re2::RE2::FullMatch(text, kBase64);
}

// Where the checker is: a step below the field above. Written out only for a problem.
struct Field {
  const Field* above = nullptr;
  const std::string* key = nullptr;  // of a map, or of the root: its pointer
  size_t index = 0;                  // of a list, where there is no key

  [[nodiscard]] std::string pointer() const {
    if (above == nullptr) return *key;
    return above->pointer() + (key != nullptr ? pointer_step(*key) : "/" + std::to_string(index));
  }
};

class Checker {
 public:
  Checker(const model::ObjectRef& object, model::Diagnostics& diagnostics, ClaimUses* uses)
      : object_(object), diagnostics_(diagnostics), uses_(uses) {}

  json check(const Schema& schema, const json& value, const Field& field) {
    if (uses_ != nullptr && !schema.claim.empty()) uses_->push_back(schema.claim);
    if (!schema.not_served.empty()) {
      problem("NotServed", field, schema.not_served);
      return value;
    }
    switch (schema.type) {
      case ValueType::kObject:
        return object(schema, value, field);
      case ValueType::kArray:
        return array(schema, value, field);
      case ValueType::kString:
        return text(schema, value, field);
      case ValueType::kBoolean:
        return boolean(value, field);
      case ValueType::kInteger:
      case ValueType::kNumber:
        return number(schema, value, field);
      case ValueType::kAny:
        break;
    }
    return value;
  }

 private:
  void problem(const char* reason, const Field& field, std::string message, std::string found = "",
               std::string expected = "") {
    if (++problems_ > kMostProblems) {
      if (problems_ == kMostProblems + 1) too_many();
      return;
    }
    diagnostics_.push_back({.reason = reason,
                            .object = object_,
                            .field = field.pointer(),
                            .message = std::move(message),
                            .found = std::move(found),
                            .expected = std::move(expected)});
  }

  void too_many() {
    diagnostics_.push_back(
        {.reason = "TooManyProblems",
         .object = object_,
         .message = "the object has more than " + std::to_string(kMostProblems) + " problems; the rest is not listed"});
  }

  json wrong_type(ValueType want, const json& value, const Field& field) {
    problem("WrongType", field, std::string("this must be ") + name_of(want), shown(value), name_of(want));
    return nullptr;
  }

  json object(const Schema& schema, const json& value, const Field& field) {
    if (!value.is_object()) return wrong_type(ValueType::kObject, value, field);
    if (schema.format == "struct") return value;
    json out = json::object();
    for (const auto& [key, member] : value.items()) {
      if (member.is_null()) continue;
      const Field at{&field, &key};
      auto known = schema.properties.find(key);
      if (known == schema.properties.end()) known = schema.properties.find(to_lower_camel(key));
      if (known != schema.properties.end()) {
        json& place = out[known->first];
        if (!place.is_null()) {
          problem("DuplicateKey", at, "this field stands twice, in lowerCamel and in snake_case", key, known->first);
          continue;
        }
        place = check(*known->second, member, at);
      } else if (schema.additional) {
        out[key] = check(*schema.additional, member, at);
      } else if (schema.properties.empty() && schema.scope.empty() && schema.required.empty()) {
        out[key] = member;  // a map of which the schema says nothing more
      } else {
        unknown(schema, key, to_lower_camel(key), at);
      }
    }
    check_oneofs(schema, out, field);
    for (const auto& key : schema.required) {
      if (!out.contains(key)) problem("MissingField", field, "the field " + key + " is required", "", key);
    }
    return out;
  }

  void unknown(const Schema& schema, const std::string& key, const std::string& camel, const Field& at) {
    if (uses_ != nullptr && !schema.scope.empty()) {
      uses_->push_back(schema.scope + ":" + camel);
      uses_->push_back(schema.scope + ":");  // what is said of it depends on all names
    }
    if (const std::string plugin = plugin_for_key(schema.scope, camel); !plugin.empty()) {
      problem("NoPluginForKey", at, "the option " + camel + " is the plugin " + plugin + "'s, which is not loaded", key,
              "the plugin " + plugin + ", or the object without this field");
      return;
    }
    std::vector<std::string_view> names;
    for (const auto& [name, ignored] : schema.properties) names.push_back(name);
    const std::string nearest = meant(camel, names);
    std::string expected = nearest;
    if (nearest.empty()) {
      for (size_t i = 0; i < names.size() && i < 12; ++i) expected.append(i == 0 ? "one of " : ", ").append(names[i]);
      if (names.size() > 12) expected += ", ...";
    }
    problem(
        "UnknownField", at,
        "the field " + shortened(key) + " is not known" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"),
        shortened(key), expected);
  }

  void check_oneofs(const Schema& schema, const json& out, const Field& field) {
    for (const auto& group : schema.oneofs) {
      std::string present;
      size_t count = 0;
      for (const auto& key : group) {
        if (!out.contains(key)) continue;
        present += (count++ == 0 ? "" : ", ") + key;
      }
      if (count > 1)
        problem("OneofConflict", field, "only one of these may be set: " + present, present, "one of them");
    }
  }

  json array(const Schema& schema, const json& value, const Field& field) {
    if (!value.is_array()) return wrong_type(ValueType::kArray, value, field);
    json out = json::array();
    for (size_t i = 0; i < value.size(); ++i) {
      const Field at{&field, nullptr, i};
      if (value[i].is_null() && schema.items && schema.items->type != ValueType::kAny) {
        problem("WrongType", at, "a list entry must not be empty", "null", name_of(schema.items->type));
        continue;
      }
      out.push_back(schema.items ? check(*schema.items, value[i], at) : value[i]);
    }
    if (schema.min_items && value.size() < *schema.min_items) {
      problem("InvalidValue", field, "the list needs at least " + std::to_string(*schema.min_items) + " entries",
              std::to_string(value.size()));
    }
    if (schema.max_items && value.size() > *schema.max_items) {
      problem("InvalidValue", field, "the list may have at most " + std::to_string(*schema.max_items) + " entries",
              std::to_string(value.size()));
    }
    return out;
  }

  json text(const Schema& schema, const json& value, const Field& field) {
    if (!schema.values.empty()) return enumeration(schema, value, field);
    if (schema.format == "duration") return duration(value, field);
    if (!value.is_string()) {
      if (!value.is_primitive()) return wrong_type(ValueType::kString, value, field);
      problem("WrongType", field, "this must be a text; put it in quotes", shown(value), '"' + shown(value) + '"');
      return nullptr;
    }
    const auto& string = value.get_ref<const std::string&>();
    if (schema.format == "byte" && !is_base64(string))
      problem("InvalidBase64", field, "this must be base64", shown(value));
    if (schema.pattern && !re2::RE2::PartialMatch(string, *schema.pattern)) {
      problem("InvalidValue", field, "the text does not match the pattern", shortened(string),
              schema.pattern->pattern());
    }
    if (schema.min_length && string.size() < *schema.min_length) {
      problem("InvalidValue", field,
              *schema.min_length == 1 ? "the text must not be empty"
                                      : "the text needs at least " + std::to_string(*schema.min_length) + " characters",
              shortened(string));
    }
    if (schema.max_length && string.size() > *schema.max_length) {
      problem("InvalidValue", field, "the text may have at most " + std::to_string(*schema.max_length) + " characters",
              shortened(string));
    }
    return value;
  }

  // As a text, or as {seconds, nanos}, the message's own fields.
  json duration(const json& value, const Field& field) {
    std::optional<std::string> canonical;
    if (value.is_string()) canonical = canonical_duration(value.get_ref<const std::string&>());
    if (value.is_object() && !value.empty()) canonical = duration_of_parts(value);
    if (canonical) return *canonical;
    problem("InvalidDuration", field, "a duration is a number with its unit behind it", shown(value),
            "\"5s\", \"0.250s\", \"250ms\" or \"1m30s\"");
    return nullptr;
  }

  static std::optional<std::string> duration_of_parts(const json& value) {
    std::string text;
    for (const auto& [key, part] : value.items()) {
      if (key != "seconds" && key != "nanos") return std::nullopt;
      const json number = part.is_string() ? from_text(part.get<std::string>()) : part;
      if (!number.is_number_unsigned()) return std::nullopt;
      text += number.dump() + (key == "seconds" ? "s" : "ns");
    }
    return canonical_duration(text);
  }

  json enumeration(const Schema& schema, const json& value, const Field& field) {
    if (value.is_number_integer()) {
      const auto index = value.get<int64_t>();
      if (index >= 0 && static_cast<size_t>(index) < schema.values.size())
        return schema.values[static_cast<size_t>(index)];
    }
    const std::string text = value.is_string() ? shortened(value.get_ref<const std::string&>()) : shown(value);
    for (const auto& known : schema.values) {
      if (known == text) return known;
    }
    std::string all;
    for (const auto& known : schema.values) all += (all.empty() ? "" : ", ") + known;
    const std::string nearest = base::nearest_name(text, {schema.values.begin(), schema.values.end()});
    problem("InvalidEnum", field,
            "this value is not known" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"), text,
            "one of " + all);
    return nullptr;
  }

  json boolean(const json& value, const Field& field) {
    if (value.is_boolean()) return value;
    return wrong_type(ValueType::kBoolean, value, field);
  }

  static json from_text(const std::string& text) {
    json parsed = json::parse(text, nullptr, false);
    return parsed.is_number() ? parsed : json();
  }

  json number(const Schema& schema, const json& value, const Field& field) {
    // 64-bit numbers stand as texts in proto3's JSON.
    json out = value.is_string() ? from_text(value.get<std::string>()) : value;
    const bool whole =
        out.is_number_integer() || (out.is_number_float() && std::floor(out.get<double>()) == out.get<double>());
    if (!out.is_number() || (schema.type == ValueType::kInteger && !whole))
      return wrong_type(schema.type, value, field);
    const double number = out.get<double>();
    double low = -INFINITY;
    double high = INFINITY;
    if (schema.format == "uint32") low = 0, high = 4294967295.0;
    if (schema.format == "int32") low = -2147483648.0, high = 2147483647.0;
    if (schema.format == "uint64") low = 0, high = 18446744073709551615.0;
    if (schema.format == "int64") low = -9223372036854775808.0, high = 9223372036854775807.0;
    if (schema.minimum) low = std::max(low, *schema.minimum);
    if (schema.maximum) high = std::min(high, *schema.maximum);
    if (number < low || number > high) {
      problem("InvalidValue", field, "the number is out of range", shown(value), range_text(low, high));
      return nullptr;
    }
    // 8080.0 is a whole number too, and JSON writers exist that say it so. What a double cannot hold exactly stays.
    constexpr double kExact = 9007199254740992.0;
    if (schema.type == ValueType::kInteger && out.is_number_float() && std::abs(number) <= kExact) {
      out = static_cast<int64_t>(number);
    }
    return out;
  }

  static std::string range_text(double low, double high) {
    const auto bound = [](double limit) {
      const bool whole = std::abs(limit) < 1e15 && std::floor(limit) == limit;
      return whole ? json(static_cast<int64_t>(limit)).dump() : json(limit).dump();
    };
    if (std::isinf(low)) return std::isinf(high) ? "a finite number" : "at most " + bound(high);
    return std::isinf(high) ? "at least " + bound(low) : bound(low) + " to " + bound(high);
  }

  const model::ObjectRef& object_;
  model::Diagnostics& diagnostics_;
  ClaimUses* uses_;
  size_t problems_ = 0;
};

}  // namespace

json check_value(const Schema& schema, const json& value, const std::string& field, const model::ObjectRef& object,
                 model::Diagnostics& diagnostics, ClaimUses* uses) {
  return Checker(object, diagnostics, uses).check(schema, value, Field{nullptr, &field});
}

}  // namespace solder::config

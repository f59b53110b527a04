#include "core/config/schema.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace solder::config {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 8> kFormats = {"duration", "byte",   "int32",  "uint32",
                                                      "int64",    "uint64", "double", "struct"};

class Compiler {
 public:
  Compiler(const json& root, const ClaimedKeys& claims) : root_(root), claims_(claims) {}

  base::Result<SchemaPtr> compile(const json& schema, int depth) {
    if (depth > 64) return base::invalid_argument("the schema is nested too deep or refers to itself");
    if (schema.is_boolean()) {
      if (schema.get<bool>()) return SchemaPtr(std::make_shared<Schema>());
      return base::invalid_argument("false is no usable schema here");
    }
    if (!schema.is_object())
      return base::invalid_argument("a schema is an object, found " + schema.dump().substr(0, 60));
    if (const auto ref = schema.find("$ref"); ref != schema.end()) return follow(*ref, depth);
    if (const auto claim = schema.find("x-solder-claim"); claim != schema.end()) return claimed_value(*claim);
    auto out = std::make_shared<Schema>();
    for (const auto& [keyword, value] : schema.items()) {
      try {
        if (auto status = take(keyword, value, *out, depth); !status.ok()) return status;
      } catch (const json::exception&) {
        return base::invalid_argument("the value of \"" + keyword + "\" is of the wrong type");
      }
    }
    return SchemaPtr(std::move(out));
  }

 private:
  base::Result<SchemaPtr> follow(const json& ref, int depth) {
    const std::string text = ref.is_string() ? ref.get<std::string>() : "";
    if (!text.starts_with("#/$defs/"))
      return base::invalid_argument("$ref must name #/$defs/..., found \"" + text + "\"");
    // Each definition is compiled once, however often it is named: naming twice at each of 60 levels is 2^60 uses.
    if (const auto known = definitions_.find(text); known != definitions_.end()) return known->second;
    const auto definitions = root_.find("$defs");
    const std::string name = text.substr(std::string_view("#/$defs/").size());
    if (definitions == root_.end() || !definitions->is_object() || !definitions->contains(name)) {
      return base::invalid_argument("$ref names \"" + text + "\", which is not there");
    }
    auto compiled = compile(definitions->at(name), depth + 1);
    if (compiled.ok()) definitions_[text] = *compiled;
    return compiled;
  }

  // "scope:key": what the owner of that key says of its value; anything where nobody owns it.
  base::Result<SchemaPtr> claimed_value(const json& claim) {
    const std::string text = claim.is_string() ? claim.get<std::string>() : "";
    const size_t colon = text.find(':');
    if (colon == std::string::npos) return base::invalid_argument("x-solder-claim is \"scope:key\"");
    const auto scope = claims_.find(text.substr(0, colon));
    if (scope != claims_.end()) {
      if (const auto key = scope->second.find(text.substr(colon + 1)); key != scope->second.end()) return key->second;
    }
    auto anything = std::make_shared<Schema>();
    anything->claim = text;
    return SchemaPtr(std::move(anything));
  }

  static base::Status type(const std::string& name, Schema& out) {
    static const std::map<std::string, ValueType> kTypes = {
        {"object", ValueType::kObject},   {"array", ValueType::kArray},     {"string", ValueType::kString},
        {"boolean", ValueType::kBoolean}, {"integer", ValueType::kInteger}, {"number", ValueType::kNumber}};
    const auto at = kTypes.find(name);
    if (at == kTypes.end()) return base::invalid_argument("the type \"" + name + "\" is not known");
    out.type = at->second;
    return {};
  }

  base::Status child(const json& schema, std::shared_ptr<const Schema>& into, int depth) {
    auto compiled = compile(schema, depth + 1);
    if (!compiled.ok()) return compiled.status();
    into = *compiled;
    return {};
  }

  base::Status properties(const json& value, Schema& out, int depth) {
    for (const auto& [name, schema] : value.items()) {
      if (auto status = child(schema, out.properties[name], depth); !status.ok()) {
        return base::invalid_argument(name + ": " + status.message());
      }
    }
    return {};
  }

  // A field of which the schema itself knows no more than that it is an object is the claimant's to describe.
  void claimed(const std::string& scope, Schema& out) {
    out.scope = scope;
    const auto at = claims_.find(scope);
    if (at == claims_.end()) return;
    for (const auto& [key, schema] : at->second) {
      const auto [known, added] = out.properties.try_emplace(key, schema);
      if (!added && known->second->additional && known->second->properties.empty()) known->second = schema;
    }
  }

  base::Status take(const std::string& keyword, const json& value, Schema& out, int depth) {
    if (keyword == "type") return type(value.get<std::string>(), out);
    if (keyword == "properties") return properties(value, out, depth);
    if (keyword == "items") return child(value, out.items, depth);
    if (keyword == "additionalProperties") {
      if (value.is_boolean() && !value.get<bool>()) return {};
      return child(value, out.additional, depth);
    }
    if (keyword == "pattern") {
      auto pattern = std::make_shared<re2::RE2>(value.get<std::string>(), re2::RE2::Quiet);
      if (!pattern->ok()) return base::invalid_argument("the pattern does not compile: " + pattern->error());
      out.pattern = std::move(pattern);
      return {};
    }
    if (keyword == "x-solder-scope") {
      claimed(value.get<std::string>(), out);
      return {};
    }
    return plain(keyword, value, out);
  }

  static base::Status plain(const std::string& keyword, const json& value, Schema& out) {
    if (keyword == "required") {
      out.required = value.get<std::vector<std::string>>();
    } else if (keyword == "enum") {
      out.values = value.get<std::vector<std::string>>();
    } else if (keyword == "x-solder-oneof") {
      out.oneofs = value.get<std::vector<std::vector<std::string>>>();
    } else if (keyword == "x-solder-not-served") {
      out.not_served = value.get<std::string>();
      if (out.not_served.empty()) return base::invalid_argument("x-solder-not-served is a sentence");
    } else if (keyword == "x-solder-settings-default") {
      out.settings_default = value.get<std::string>();
      if (!out.settings_default.starts_with('/'))
        return base::invalid_argument("x-solder-settings-default is a JSON pointer into the spec of Settings");
    } else if (keyword == "x-solder-envoy") {
      if (!value.is_string()) static_cast<void>(value.get<std::vector<std::string>>());  // throws where it is neither
    } else if (keyword == "format") {
      out.format = value.get<std::string>();
      if (std::find(kFormats.begin(), kFormats.end(), out.format) == kFormats.end()) {
        return base::invalid_argument("the format \"" + out.format + "\" is not known");
      }
    } else if (keyword == "minimum") {
      out.minimum = value.get<double>();
    } else if (keyword == "maximum") {
      out.maximum = value.get<double>();
    } else if (keyword == "minLength") {
      out.min_length = value.get<size_t>();
    } else if (keyword == "maxLength") {
      out.max_length = value.get<size_t>();
    } else if (keyword == "minItems") {
      out.min_items = value.get<size_t>();
    } else if (keyword == "maxItems") {
      out.max_items = value.get<size_t>();
    } else if (keyword == "description") {
      out.description = value.get<std::string>();
    } else if (keyword != "title" && keyword != "$defs" && keyword != "default" && keyword != "$schema" &&
               keyword != "examples") {
      return base::invalid_argument("the keyword \"" + keyword + "\" is not supported");
    }
    return {};
  }

  const json& root_;
  const ClaimedKeys& claims_;
  std::map<std::string, SchemaPtr> definitions_;
};

}  // namespace

std::string to_lower_camel(std::string_view name) {
  std::string out;
  bool up = false;
  for (const char c : name) {
    if (c == '_' && !out.empty()) {
      up = true;
      continue;
    }
    out += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    up = false;
  }
  return out;
}

base::Result<SchemaPtr> compile_schema(const json& schema, const ClaimedKeys& claims) {
  return Compiler(schema, claims).compile(schema, 0);
}

}  // namespace solder::config

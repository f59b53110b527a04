// JSON Schemas, compiled, and the one pass that checks a value against one and writes it in canonical form.
// Keywords: type, properties, additionalProperties, items, required, enum, minimum, maximum, pattern (RE2), minLength,
// maxLength, minItems, maxItems, $ref (to #/$defs/...), format (duration, byte, int32, uint32, int64, uint64, double,
// struct), and
//   x-solder-oneof: [["single","multi"]]   at most one of each group may be there
//   x-solder-scope: "route"                here stand the keys that plugins claim at that scope
//   x-solder-claim: "scope:key"            the schema that the owner of that key brings
//   x-solder-envoy: "RouteAction.timeout"  for documentation: what of Envoy's it becomes (a text, or a list of texts)
//   x-solder-settings-default: "/gloo/x"   where a claimed key, or a member of its value, is not there, what stands at
//                                          this place of the spec of Settings is taken for it (upstream scopes)
//   x-solder-not-served: "why"             a field of Gloo's that is known, and refused with this sentence
// The accepted forms are those of the proto3 JSON mapping: lowerCamel or snake_case names, enums by name or number,
// 64-bit numbers as texts, null as absent. An unknown keyword makes the schema unusable: it would promise a check that
// is not made. Read-only after it was made; any thread. Tested by tests/unit/config/schema_test.cc.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/model/diagnostic.h"

namespace re2 {
class RE2;
}

namespace solder::config {

// "host_rewrite" → "hostRewrite"; a name without underscores is itself.
std::string to_lower_camel(std::string_view name);

enum class ValueType { kAny, kObject, kArray, kString, kBoolean, kInteger, kNumber };

struct Schema {
  ValueType type = ValueType::kAny;
  std::string format;
  std::string description;
  std::map<std::string, std::shared_ptr<const Schema>, std::less<>> properties;
  std::shared_ptr<const Schema> additional;  // null: none allowed
  std::shared_ptr<const Schema> items;
  std::vector<std::string> required;
  std::vector<std::string> values;  // enum
  std::optional<double> minimum, maximum;
  std::optional<size_t> min_length, max_length, min_items, max_items;
  std::shared_ptr<const re2::RE2> pattern;
  std::vector<std::vector<std::string>> oneofs;
  std::string scope;
  std::string claim;  // "scope:key" where a plugin's claim brings it
  std::string settings_default;
  std::string not_served;
};
using SchemaPtr = std::shared_ptr<const Schema>;

// The keys that plugins claim, by scope.
using ClaimedKeys = std::map<std::string, std::map<std::string, SchemaPtr>, std::less<>>;

base::Result<SchemaPtr> compile_schema(const nlohmann::json& schema, const ClaimedKeys& claims = {});

// Which claims a check depended on, those that nobody made included (schema_catalog.h).
using ClaimUses = std::vector<std::string>;

// Checks `value` and gives its canonical form. Problems of `object` are added, with fields in the user's own spelling;
// the claims that were asked for are added to `uses` where it is given.
nlohmann::json check_value(const Schema& schema, const nlohmann::json& value, const std::string& field,
                           const model::ObjectRef& object, model::Diagnostics& diagnostics, ClaimUses* uses = nullptr);

// The plugin that brings a key of Gloo's which no loaded plugin claims, or empty.
std::string plugin_for_key(std::string_view scope, std::string_view key);

}  // namespace solder::config

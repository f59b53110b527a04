// What the decoders ask a catalogue. Inside core/config only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/schema.h"
#include "core/config/schema_catalog.h"
#include "core/model/options.h"

namespace solder::config {

// The core's schema of that name, with the claimed keys in it.
const Schema& schema_of(const SchemaCatalog& catalog, std::string_view name);
// Where what a check depends on is recorded, or null.
ClaimUses* uses_of(const SchemaCatalog& catalog);
bool claimed(const SchemaCatalog& catalog, std::string_view scope, std::string_view key);
std::vector<std::string> claimed_keys(const SchemaCatalog& catalog, std::string_view scope);
const Schema* claimed_schema(const SchemaCatalog& catalog, std::string_view scope, std::string_view key);

// A place in an Upstream's spec that Settings have a default for.
struct DefaultPlace {
  std::string path;           // JSON pointer in the Upstream's spec
  std::string settings_path;  // and in that of Settings
  SchemaPtr schema;
};
const std::vector<DefaultPlace>& default_places(const SchemaCatalog& catalog);

// The checked spec of an object and what was wrong with it; `spec` is an empty object where there is none.
struct CheckedSpec {
  nlohmann::json spec;
  bool has_spec = false;
  bool ok = false;
  model::Diagnostics diagnostics;
};
CheckedSpec check_spec(const model::Object& object, const SchemaCatalog& catalog, std::string_view schema);

// Every key of `options` as an option.
model::OptionSet option_set(const nlohmann::json& options, const std::string& path);

// A reference; without a namespace it is in `default_ns`.
model::ObjectRef read_ref(const nlohmann::json& value, const std::string& kind, const std::string& default_ns);

// The member of that name, or null; iterating over null is iterating over nothing.
const nlohmann::json& member(const nlohmann::json& map, const char* key);
// Members with defaults; the schema has checked the types.
std::string text_of(const nlohmann::json& map, const char* key);
bool flag_of(const nlohmann::json& map, const char* key);
uint32_t number_of(const nlohmann::json& map, const char* key);

}  // namespace solder::config

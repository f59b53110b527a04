#include "core/config/schema_catalog.h"

#include "core/config/catalog_access.h"
#include "core/config/core_schemas.h"

namespace solder::config {

namespace {

using nlohmann::json;

class Catalog final : public SchemaCatalog {
 public:
  std::map<std::string, SchemaPtr, std::less<>> schemas;
  ClaimedKeys claims;
  std::vector<DefaultPlace> default_places;
};

// A claimed key, then the members of its value. No deeper: definitions can fan out beyond all bounds.
void find_default_places(const std::string& key, const SchemaPtr& schema, std::vector<DefaultPlace>& out) {
  const auto take = [&](const std::string& path, const SchemaPtr& at) {
    if (!at->settings_default.empty()) out.push_back({path, at->settings_default, at});
  };
  take("/" + key, schema);
  for (const auto& [name, member] : schema->properties) take("/" + key + "/" + name, member);
}

base::Result<SchemaPtr> compile_claim(const Claim& claim) {
  const json schema = json::parse(claim.schema_json, nullptr, false);
  const std::string whose = "plugin " + claim.plugin + ", key " + claim.scope + ":" + claim.key + ": ";
  if (schema.is_discarded()) return base::invalid_argument(whose + "the schema is not JSON");
  auto compiled = compile_schema(schema);
  if (!compiled.ok()) return base::invalid_argument(whose + compiled.status().message());
  return compiled;
}

}  // namespace

base::Status SchemaCatalog::check_claim(const Claim& claim) {
  const auto compiled = compile_claim(claim);
  return compiled.ok() ? base::Status() : compiled.status();
}

base::Result<SchemaCatalogPtr> SchemaCatalog::make(const std::vector<Claim>& claims) {
  auto catalog = std::make_shared<Catalog>();
  for (const Claim& claim : claims) {
    auto compiled = compile_claim(claim);
    if (!compiled.ok()) return compiled.status();
    catalog->claims[claim.scope][claim.key] = *compiled;
    // An upstream's type stands among its options; which of its keys are types the decoder asks upstream_types().
    if (claim.scope == "upstream_type") {
      catalog->claims["upstream"][claim.key] = *compiled;
      catalog->claims["destination"].try_emplace(claim.key, std::make_shared<const Schema>());
    }
  }
  for (const auto& [key, schema] : catalog->claims["upstream"])
    find_default_places(key, schema, catalog->default_places);
  const json defs = json::parse(core_schema("defs"));
  for (const char* name : {"virtual_service", "route_table", "route_option", "virtual_host_option", "gateway",
                           "matchable_http_gateway", "matchable_tcp_gateway", "listener_option", "http_listener_option",
                           "upstream", "upstream_group", "settings", "secret"}) {
    json schema = json::parse(core_schema(name));
    if (!schema.contains("$defs")) schema["$defs"] = defs;
    auto compiled = compile_schema(schema, catalog->claims);
    if (!compiled.ok())
      return base::internal_error(std::string("core schema ") + name + ": " + compiled.status().message());
    catalog->schemas[name] = *compiled;
  }
  return SchemaCatalogPtr(std::move(catalog));
}

const Schema& schema_of(const SchemaCatalog& catalog, std::string_view name) {
  return *static_cast<const Catalog&>(catalog).schemas.find(name)->second;
}

const std::vector<DefaultPlace>& default_places(const SchemaCatalog& catalog) {
  return static_cast<const Catalog&>(catalog).default_places;
}

bool claimed(const SchemaCatalog& catalog, std::string_view scope, std::string_view key) {
  const auto& claims = static_cast<const Catalog&>(catalog).claims;
  const auto at = claims.find(scope);
  return at != claims.end() && at->second.count(std::string(key)) != 0;
}

std::vector<std::string> claimed_keys(const SchemaCatalog& catalog, std::string_view scope) {
  std::vector<std::string> keys;
  const auto& claims = static_cast<const Catalog&>(catalog).claims;
  const auto at = claims.find(scope);
  if (at == claims.end()) return keys;
  for (const auto& [key, schema] : at->second) keys.push_back(key);
  return keys;
}

const Schema* claimed_schema(const SchemaCatalog& catalog, std::string_view scope, std::string_view key) {
  const auto& claims = static_cast<const Catalog&>(catalog).claims;
  const auto at = claims.find(scope);
  if (at == claims.end()) return nullptr;
  const auto found = at->second.find(std::string(key));
  return found == at->second.end() ? nullptr : found->second.get();
}

}  // namespace solder::config

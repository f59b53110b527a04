#include "core/config/schema_catalog.h"

#include "core/base/hash.h"
#include "core/config/catalog_access.h"
#include "core/config/core_schemas.h"

namespace solder::config {

using nlohmann::json;

namespace {

constexpr std::string_view kUpstreamType = "upstream_type";
constexpr std::string_view kUpstream = "upstream";
constexpr std::string_view kService = "service";
constexpr const char* kDefaultsUse = "defaults:";

}  // namespace

struct SchemaCatalog::Data {
  std::map<std::string, SchemaPtr, std::less<>> schemas;
  ClaimedKeys claims;
  std::vector<DefaultPlace> default_places;
  std::map<std::string, uint64_t> marks;
};

// What the functions of catalog_access.h see of a catalogue.
struct CatalogAccess {
  static const SchemaCatalog::Data& data(const SchemaCatalog& catalog) { return *catalog.data_; }
  static ClaimUses* uses(const SchemaCatalog& catalog) { return catalog.uses_; }
  static void use(const SchemaCatalog& catalog, std::string_view scope, std::string_view key) {
    if (catalog.uses_ != nullptr) catalog.uses_->push_back(std::string(scope) + ":" + std::string(key));
  }
};

namespace {

// A claimed key, then the members of its value. No deeper: definitions can fan out beyond all bounds.
void find_default_places(const std::string& key, const SchemaPtr& schema, std::vector<DefaultPlace>& out) {
  const auto take = [&](const std::string& path, const SchemaPtr& at) {
    if (!at->settings_default.empty()) out.push_back({path, at->settings_default, at});
  };
  take("/" + key, schema);
  for (const auto& [name, member] : schema->properties) take("/" + key + "/" + name, member);
}

base::Result<SchemaPtr> compile_claim(const Claim& claim, const ClaimedKeys& services = {}) {
  const json schema = json::parse(claim.schema_json, nullptr, false);
  const std::string whose = "plugin " + claim.plugin + ", key " + claim.scope + ":" + claim.key + ": ";
  if (schema.is_discarded()) return base::invalid_argument(whose + "the schema is not JSON");
  auto compiled = compile_schema(schema, services);
  if (!compiled.ok()) return base::invalid_argument(whose + compiled.status().message());
  auto named = std::make_shared<Schema>(**compiled);
  named->claim = claim.scope + ":" + claim.key;
  return SchemaPtr(std::move(named));
}

void mark(const Claim& claim, std::map<std::string, uint64_t>& marks) {
  const uint64_t hash = base::hash_bytes(claim.schema_json);
  const auto at = [&](std::string_view scope) {
    marks[std::string(scope) + ":" + claim.key] = hash;
    uint64_t& names = marks[std::string(scope) + ":"];
    names += base::hash_bytes(claim.key);  // in whatever order
    uint64_t& defaults = marks[kDefaultsUse];
    if (scope == kUpstream) defaults += base::hash_combine(hash, base::hash_bytes(claim.key));
  };
  at(claim.scope);
  if (claim.scope == kUpstreamType) {
    at(kUpstream);
    at("destination");
  }
}

}  // namespace

base::Status SchemaCatalog::check_claim(const Claim& claim) {
  const auto compiled = compile_claim(claim);
  return compiled.ok() ? base::Status() : compiled.status();
}

base::Result<SchemaCatalogPtr> SchemaCatalog::make(const std::vector<Claim>& claims) {
  auto data = std::make_shared<Data>();
  // What a service says stands in the schemas of upstream types.
  for (const Claim& claim : claims) {
    if (claim.scope != kService) continue;
    auto compiled = compile_claim(claim);
    if (!compiled.ok()) return compiled.status();
    data->claims[claim.scope][claim.key] = *compiled;
    mark(claim, data->marks);
  }
  const ClaimedKeys services = data->claims;
  for (const Claim& claim : claims) {
    if (claim.scope == kService) continue;
    auto compiled = compile_claim(claim, services);
    if (!compiled.ok()) return compiled.status();
    data->claims[claim.scope][claim.key] = *compiled;
    // An upstream's type stands among its options; which of its keys are types the decoder asks claimed().
    if (claim.scope == kUpstreamType) {
      data->claims[std::string(kUpstream)][claim.key] = *compiled;
      auto anything = std::make_shared<Schema>();
      anything->claim = "destination:" + claim.key;
      data->claims["destination"].try_emplace(claim.key, std::move(anything));
    }
    mark(claim, data->marks);
  }
  for (const auto& [key, schema] : data->claims[std::string(kUpstream)])
    find_default_places(key, schema, data->default_places);
  const json defs = json::parse(core_schema("defs"));
  for (const char* name : {"virtual_service", "route_table", "route_option", "virtual_host_option", "gateway",
                           "matchable_http_gateway", "matchable_tcp_gateway", "listener_option", "http_listener_option",
                           "upstream", "upstream_group", "settings", "secret"}) {
    json schema = json::parse(core_schema(name));
    if (!schema.contains("$defs")) schema["$defs"] = defs;
    auto compiled = compile_schema(schema, data->claims);
    if (!compiled.ok())
      return base::internal_error(std::string("core schema ") + name + ": " + compiled.status().message());
    data->schemas[name] = *compiled;
  }
  return SchemaCatalogPtr(new SchemaCatalog(std::move(data)));
}

SchemaCatalog SchemaCatalog::recording(Uses& uses) const {
  SchemaCatalog same(data_);
  same.uses_ = &uses;
  return same;
}

const std::map<std::string, uint64_t>& SchemaCatalog::marks() const { return data_->marks; }

const Schema& schema_of(const SchemaCatalog& catalog, std::string_view name) {
  return *CatalogAccess::data(catalog).schemas.find(name)->second;
}

ClaimUses* uses_of(const SchemaCatalog& catalog) { return CatalogAccess::uses(catalog); }

const std::vector<DefaultPlace>& default_places(const SchemaCatalog& catalog) {
  if (ClaimUses* uses = CatalogAccess::uses(catalog)) uses->emplace_back(kDefaultsUse);
  return CatalogAccess::data(catalog).default_places;
}

bool claimed(const SchemaCatalog& catalog, std::string_view scope, std::string_view key) {
  return claimed_schema(catalog, scope, key) != nullptr;
}

std::vector<std::string> claimed_keys(const SchemaCatalog& catalog, std::string_view scope) {
  CatalogAccess::use(catalog, scope, "");
  std::vector<std::string> keys;
  const auto& claims = CatalogAccess::data(catalog).claims;
  const auto at = claims.find(scope);
  if (at == claims.end()) return keys;
  for (const auto& [key, schema] : at->second) keys.push_back(key);
  return keys;
}

const Schema* claimed_schema(const SchemaCatalog& catalog, std::string_view scope, std::string_view key) {
  CatalogAccess::use(catalog, scope, key);
  const auto& claims = CatalogAccess::data(catalog).claims;
  const auto at = claims.find(scope);
  if (at == claims.end()) return nullptr;
  const auto found = at->second.find(std::string(key));
  return found == at->second.end() ? nullptr : found->second.get();
}

}  // namespace solder::config

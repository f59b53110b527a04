#include "core/engine/scope_selection.h"

#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/engine/scoped_routes.h"
#include "core/engine/slots.h"
#include "core/engine/wire_fields.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace hcm = solder::envoy::extensions::filters::network::http_connection_manager::v3;

namespace {

using Json = nlohmann::json;

const std::string kTypes = "type.googleapis.com/";

// Envoy matches a domain whatever the case of the request's host, scopes it does not. A request that Envoy made again
// for an internal redirect comes without the header.
constexpr std::string_view kWithoutCase = R"(
function envoy_on_request(handle)
  if handle:virtualHost():metadata():get("$FOUND") then return end
  local headers = handle:headers()
  local scope = "$PREFIX" .. string.lower(headers:get(":authority") or "")
  if scope == headers:get("$HEADER") then scope = "$PREFIX*" end
  headers:replace("$HEADER", scope)
  handle:clearRouteCache()
end)";

constexpr std::string_view kFallback = R"(
function envoy_on_request(handle)
  if handle:virtualHost():metadata():get("$FOUND") then return end
  handle:headers():replace("$HEADER", "$PREFIX*")
  handle:clearRouteCache()
end)";

std::string lua_text(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out += '\\';
    out += letter;
  }
  return out;
}

std::string filled(std::string_view script, const std::string& route_configuration) {
  std::string out(script);
  const std::pair<std::string_view, std::string> values[] = {{"$FOUND", std::string(kHostFound)},
                                                             {"$HEADER", std::string(kScopeHeader)},
                                                             {"$PREFIX", lua_text(scope_key(route_configuration, ""))}};
  for (const auto& [name, value] : values) {
    for (size_t at = out.find(name); at != std::string::npos; at = out.find(name, at + value.size())) {
      out.replace(at, name.size(), value);
    }
  }
  return out;
}

Json lua_filter(std::string_view script, const std::string& route_configuration) {
  return {{"name", kScopeFilter},
          {"typed_config",
           {{"@type", kTypes + "envoy.extensions.filters.http.lua.v3.Lua"},
            {"default_source_code", {{"inline_string", filled(script, route_configuration)}}},
            {"clear_route_cache", false}}}};
}

// A client's own header is overwritten.
Json scope_header(const std::string& route_configuration) {
  std::string value;
  for (const char letter : scope_key(route_configuration, "")) value += letter == '%' ? "%%" : std::string(1, letter);
  value += "%REQ(:authority)%";
  const Json mutation = {
      {"append",
       {{"header", {{"key", kScopeHeader}, {"value", value}}}, {"append_action", "OVERWRITE_IF_EXISTS_OR_ADD"}}}};
  return {{"name", "envoy.http.early_header_mutation.header_mutation"},
          {"typed_config",
           {{"@type", kTypes + "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"},
            {"mutations", Json::array({mutation})}}}};
}

Json ads_source() { return {{"ads", Json::object()}, {"resource_api_version", "V3"}}; }

Json scoped_routes(const std::string& route_configuration) {
  const Json source = ads_source();
  const Json fragment = {{"header_value_extractor", {{"name", kScopeHeader}, {"index", 0}}}};
  return {{"name", route_configuration},
          {"scope_key_builder", {{"fragments", Json::array({fragment})}}},
          {"rds_config_source", source},
          {"scoped_rds", {{"scoped_rds_config_source", source}}}};
}

// Loads the routes of a request's scope where they are not there yet.
Json on_demand_filter() {
  return {{"name", "envoy.filters.http.on_demand"},
          {"typed_config", {{"@type", kTypes + "envoy.extensions.filters.http.on_demand.v3.OnDemand"}}}};
}

// The connection manager with other routes. Filters and header mutations of `config` come first of all, as fields that
// come first.
std::string with_routes(const Translation& t, const Json& config, const std::string& connection_manager) {
  auto wire = t.types.json_to_wire(*t.types.find(kHttpConnectionManager), config.dump());
  std::string out = wire.ok() ? std::move(wire->bytes) : std::string();
  protozero::pbf_writer writer(out);
  protozero::pbf_reader reader(connection_manager);
  while (reader.next()) {
    if (reader.tag() == hcm::HttpConnectionManager::kRds) {
      reader.skip();
    } else {
      copy_field(reader, writer);
    }
  }
  return out;
}

}  // namespace

std::string with_scopes(const Translation& t, const std::string& connection_manager,
                        const std::string& route_configuration) {
  Json filters =
      Json::array({lua_filter(kWithoutCase, route_configuration), lua_filter(kFallback, route_configuration)});
  if (t.scopes_on_demand) {
    // Before each that looks whether a scope was found.
    filters.insert(filters.begin() + 1, on_demand_filter());
    filters.insert(filters.begin(), on_demand_filter());
  }
  return with_routes(t,
                     {{"scoped_routes", scoped_routes(route_configuration)},
                      {"early_header_mutation_extensions", Json::array({scope_header(route_configuration)})},
                      {"http_filters", filters}},
                     connection_manager);
}

std::string with_virtual_hosts(const Translation& t, const std::string& connection_manager,
                               const std::string& route_configuration) {
  return with_routes(t,
                     {{"rds", {{"config_source", ads_source()}, {"route_config_name", route_configuration}}},
                      {"http_filters", Json::array({on_demand_filter()})}},
                     connection_manager);
}

}  // namespace solder::engine

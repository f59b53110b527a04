#include "core/config/crd.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/config/catalog_access.h"
#include "core/config/kinds.h"
#include "core/config/structural_schema.h"

namespace solder::config {

namespace {

using Json = nlohmann::ordered_json;

// Gloo's own names: those of MatchableHttpGateway and MatchableTcpGateway are not their kinds'.
struct Names {
  std::string_view kind;
  std::string_view schema;  // of the core; empty: a plugin's
  std::string_view plural, singular, short_name;
};

constexpr std::array<Names, 14> kNames{{
    {"AuthConfig", "", "authconfigs", "authconfig", "ac"},
    {"Gateway", "gateway", "gateways", "gateway", "gw"},
    {"HttpListenerOption", "http_listener_option", "httplisteneroptions", "httplisteneroption", "hlisopts"},
    {"ListenerOption", "listener_option", "listeneroptions", "listeneroption", "lisopts"},
    {"MatchableHttpGateway", "matchable_http_gateway", "httpgateways", "httpgateway", "hgw"},
    {"MatchableTcpGateway", "matchable_tcp_gateway", "tcpgateways", "tcpgateway", "tgw"},
    {"RateLimitConfig", "", "ratelimitconfigs", "ratelimitconfig", "rlc"},
    {"RouteOption", "route_option", "routeoptions", "routeoption", "rtopts"},
    {"RouteTable", "route_table", "routetables", "routetable", "rt"},
    {"Settings", "settings", "settings", "settings", "st"},
    {"Upstream", "upstream", "upstreams", "upstream", "us"},
    {"UpstreamGroup", "upstream_group", "upstreamgroups", "upstreamgroup", "ug"},
    {"VirtualHostOption", "virtual_host_option", "virtualhostoptions", "virtualhostoption", "vhopts"},
    {"VirtualService", "virtual_service", "virtualservices", "virtualservice", "vs"},
}};

Json open_object() { return {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}}; }

// What stands below the object's root. A plugin's schema is of the whole object, of which Kubernetes wants apiVersion,
// kind and metadata to itself.
Json root_schema(const Schema& schema, bool whole, bool descriptions) {
  Json properties = Json::object();
  if (!whole) {
    properties["spec"] = structural_schema(schema, descriptions);
  } else {
    for (const auto& [name, member] : schema.properties) {
      if (name != "apiVersion" && name != "kind" && name != "metadata")
        properties[name] = structural_schema(*member, descriptions);
    }
    if (!properties.contains("spec")) properties["spec"] = open_object();
  }
  properties["status"] = open_object();
  Json out = {{"type", "object"}, {"properties", std::move(properties)}};
  if (descriptions && !schema.description.empty()) out["description"] = schema.description;
  return out;
}

Json definition(const Names& names, const Schema& schema, bool descriptions) {
  const std::string api = api_version_of(names.kind);
  const size_t slash = api.find('/');
  const std::string group = api.substr(0, slash);
  const std::string plural(names.plural), short_name(names.short_name), kind(names.kind);
  Json version = {{"name", api.substr(slash + 1)},
                  {"served", true},
                  {"storage", true},
                  {"subresources", {{"status", Json::object()}}},
                  {"schema", {{"openAPIV3Schema", root_schema(schema, names.schema.empty(), descriptions)}}}};
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", {{"name", plural + "." + group}}},
          {"spec",
           {{"group", group},
            {"names",
             {{"kind", kind},
              {"listKind", kind + "List"},
              {"plural", plural},
              {"singular", std::string(names.singular)},
              {"shortNames", {short_name, "g" + short_name}},
              {"categories", {"gloo-gateway"}}}},
            {"scope", "Namespaced"},
            {"versions", Json::array({std::move(version)})}}}};
}

}  // namespace

std::vector<Json> custom_resource_definitions(const SchemaCatalog& catalog, bool descriptions) {
  std::vector<Json> out;
  for (const Names& names : kNames) {
    const Schema* schema =
        names.schema.empty() ? claimed_schema(catalog, "kind", names.kind) : &schema_of(catalog, names.schema);
    if (schema != nullptr) out.push_back(definition(names, *schema, descriptions));
  }
  return out;
}

}  // namespace solder::config

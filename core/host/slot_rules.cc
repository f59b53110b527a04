#include "core/host/slot_rules.h"

#include <array>
#include <cstddef>

#include "core/host/manifest.h"
#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"

namespace solder::host {

namespace {

template <typename... Sites>
constexpr uint32_t sites(Sites... list) {
  return (0u | ... | (1u << static_cast<unsigned>(list)));
}

constexpr uint32_t kClusterSites = sites(Site::kUpstreamType, Site::kUpstream);
constexpr uint32_t kRouteSites = sites(Site::kForward, Site::kRedirect, Site::kDirectResponse);
constexpr uint32_t kWeightedSites = sites(Site::kWeightedEntry, Site::kWeightedDestination);
constexpr uint32_t kPerFilterSites = kRouteSites | kWeightedSites | sites(Site::kDestination, Site::kVirtualHost);

struct Rule {
  std::string_view slot;  // ends with '/' where a name follows
  SlotUse use;
  uint32_t sites;
};

constexpr std::array<Rule, 21> kRules = {{
    {"cluster", {false, "envoy.config.cluster.v3.Cluster"}, kClusterSites},
    {"front_cluster", {false, "envoy.config.cluster.v3.Cluster"}, kClusterSites},
    {"http_protocol_options", {false, "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"}, kClusterSites},
    {"load_assignment",
     {false, "envoy.config.endpoint.v3.ClusterLoadAssignment"},
     kClusterSites | sites(Site::kEndpoints)},
    {"route", {false, "envoy.config.route.v3.Route"}, kRouteSites | sites(Site::kDestination)},
    {"route_action",
     {false, "envoy.config.route.v3.RouteAction"},
     sites(Site::kForward, Site::kDestination, Site::kWeightedEntry)},
    {"redirect_action", {false, "envoy.config.route.v3.RedirectAction"}, sites(Site::kRedirect)},
    {"weighted_cluster", {false, "envoy.config.route.v3.WeightedCluster.ClusterWeight"}, kWeightedSites},
    {"virtual_host", {false, "envoy.config.route.v3.VirtualHost"}, sites(Site::kVirtualHost)},
    {"hcm",
     {false, "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"},
     sites(Site::kGateway, Site::kHttpGateway, Site::kSettings)},
    {"tcp_proxy",
     {false, "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"},
     sites(Site::kGateway, Site::kTcpGateway)},
    {"filter_chain", {false, "envoy.config.listener.v3.FilterChain"}, sites(Site::kSsl)},
    {"listener",
     {false, "envoy.config.listener.v3.Listener"},
     sites(Site::kSsl, Site::kGateway, Site::kHttpGateway, Site::kTcpGateway, Site::kSettings)},
    {"transport_socket/", {false, ""}, kClusterSites | sites(Site::kSsl)},
    {"socket_wrapper/", {false, ""}, kClusterSites | sites(Site::kGateway)},
    {"per_filter/", {false, ""}, kPerFilterSites},
    {"http_filter/", {true, ""}, kPerFilterSites | sites(Site::kHttpGateway, Site::kSettings)},
    {"network_filter/", {true, ""}, sites(Site::kHttpGateway, Site::kTcpGateway)},
    {"upstream_filter/", {true, ""}, kClusterSites},
    {"metadata/",
     {false, "google.protobuf.Struct"},
     kClusterSites | kRouteSites | sites(Site::kDestination, Site::kVirtualHost)},
    {"resource/",
     {false, ""},
     kClusterSites | kRouteSites | sites(Site::kVirtualHost, Site::kGateway, Site::kHttpGateway, Site::kTcpGateway)},
}};

bool allowed(const Rule& rule, Site site) { return (rule.sites & sites(site)) != 0; }

bool matches(const Rule& rule, std::string_view slot) {
  return rule.slot.back() == '/' ? slot.substr(0, rule.slot.size()) == rule.slot : slot == rule.slot;
}

std::string right_slots(Site site) {
  std::string out;
  for (const Rule& rule : kRules) {
    if (!allowed(rule, site)) continue;
    out += (out.empty() ? "" : ", ") + std::string(rule.slot);
    if (rule.slot.back() == '/') out += rule.use.filter ? "<stage>" : "<name>";
  }
  return out.empty() ? "none" : out;
}

// The element as far as its producer knew it.
template <typename Input>
const Input& element(solder_span in, uint64_t index) {
  return *SOLDER_AT(Input, in, index);
}

Site option_site(const solder_option_input& input) {
  switch (input.scope) {
    case SOLDER_SCOPE_SETTINGS:
      return Site::kSettings;
    case SOLDER_SCOPE_GATEWAY:
      return Site::kGateway;
    case SOLDER_SCOPE_HTTP_GATEWAY:
      return Site::kHttpGateway;
    case SOLDER_SCOPE_TCP_GATEWAY:
      return Site::kTcpGateway;
    case SOLDER_SCOPE_SSL:
      return Site::kSsl;
    case SOLDER_SCOPE_VIRTUAL_HOST:
      return Site::kVirtualHost;
    case SOLDER_SCOPE_WEIGHTED_DESTINATION:
      return Site::kWeightedDestination;
    case SOLDER_SCOPE_UPSTREAM:
      return Site::kUpstream;
    default:
      break;
  }
  if (input.action == SOLDER_ACTION_REDIRECT) return Site::kRedirect;
  return input.action == SOLDER_ACTION_DIRECT_RESPONSE ? Site::kDirectResponse : Site::kForward;
}

}  // namespace

Site site_of(Operation operation, solder_span in, uint64_t index) {
  switch (operation) {
    case Operation::kClusters:
      return Site::kUpstreamType;
    case Operation::kDestinations:
      return element<solder_destination_input>(in, index).weighted != 0 ? Site::kWeightedEntry : Site::kDestination;
    case Operation::kEndpoints:
      return Site::kEndpoints;
    case Operation::kDerive:
      return Site::kSource;
    case Operation::kOptions:
      break;
  }
  return option_site(element<solder_option_input>(in, index));
}

std::variant<SlotUse, std::string> find_slot(Site site, std::string_view slot) {
  for (const Rule& rule : kRules) {
    if (!matches(rule, slot) || !allowed(rule, site)) continue;
    if (rule.slot.back() != '/') return rule.use;
    const std::string_view name = slot.substr(rule.slot.size());
    if (name.empty()) return "slot " + std::string(slot) + " has no name behind the slash";
    const bool of_router = rule.slot == "http_filter/" && name == "upstream";
    if (rule.use.filter && !is_filter_stage(name) && !of_router) {
      return "slot " + std::string(slot) +
             " names no stage; right are fault, cors, waf, authn, authz, rate_limit, "
             "accepted, out_auth and route; of an HTTP filter also upstream";
    }
    return rule.use;
  }
  return "slot \"" + std::string(slot) + "\" is not for " + std::string(site_words(site)) +
         "; right are: " + right_slots(site);
}

bool may_use_secrets(Site site) { return ((kClusterSites | sites(Site::kSsl, Site::kHttpGateway)) & sites(site)) != 0; }

bool may_fill_secrets(Site site) { return (kClusterSites & sites(site)) != 0; }

std::string_view site_words(Site site) {
  switch (site) {
    case Site::kUpstreamType:
      return "an upstream";
    case Site::kDestination:
      return "a route's single destination";
    case Site::kWeightedEntry:
      return "a destination among several";
    case Site::kSettings:
      return "an option of the settings";
    case Site::kGateway:
      return "an option of a gateway";
    case Site::kHttpGateway:
      return "an option of an HTTP gateway";
    case Site::kTcpGateway:
      return "an option of a TCP gateway";
    case Site::kSsl:
      return "the TLS part of a virtual service";
    case Site::kVirtualHost:
      return "an option of a virtual host";
    case Site::kForward:
      return "an option of a route that forwards";
    case Site::kRedirect:
      return "an option of a route that redirects";
    case Site::kDirectResponse:
      return "an option of a route that answers itself";
    case Site::kWeightedDestination:
      return "an option of a weighted destination";
    case Site::kUpstream:
      return "an option of an upstream";
    case Site::kEndpoints:
      return "the endpoints of an upstream";
    case Site::kSource:
      return "an object that others are derived from";
  }
  return "this input";
}

}  // namespace solder::host

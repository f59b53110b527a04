#include "upstream.h"

#include <algorithm>

#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::cloud_foundry {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;

using sdk::Json;
using sdk::Message;

namespace {

constexpr const char* kResolver =
    "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig";

const Json& instances_of(const Json& spec) {
  static const Json kNone = Json::array();
  const Json* list = sdk::find(spec, "instances");
  return list != nullptr ? *list : kNone;
}

bool has_names(const Json& spec) {
  const Json& list = instances_of(spec);
  return std::any_of(list.begin(), list.end(), [](const Json& item) {
    const std::string address = sdk::get_string(item, "address");
    return !sdk::is_ip_address(address) && sdk::is_host_name(address);
  });
}

Message lb_endpoint(const std::string& address, uint64_t port, const std::string& host) {
  const Message socket =
      Message().add_string(core::SocketAddress::kAddress, address).add_uint(core::SocketAddress::kPortValue, port);
  Message one;
  one.add_message(endpoint::Endpoint::kAddress, Message().add_message(core::Address::kSocketAddress, socket));
  if (!host.empty()) one.add_string(endpoint::Endpoint::kHostname, host);
  return Message().add_message(endpoint::LbEndpoint::kEndpoint, one);
}

bool is_usable(const Json& instance, size_t i, sdk::Out& out) {
  const std::string field = "/instances/" + std::to_string(i);
  const std::string address = sdk::get_string(instance, "address"), id = sdk::get_string(instance, "id");
  const uint64_t port = sdk::get_uint(instance, "port").value_or(0);
  if (!sdk::is_ip_address(address) && !sdk::is_host_name(address)) {
    out.warning({field + "/address", "InvalidAddress", "the instance " + id + " has no address and is left out",
                 address, "an address or a name"});
    return false;
  }
  if (port == 0) {
    out.warning({field + "/port", "NoPort", "the instance " + id + " has no port and is left out", "0", "1 to 65535"});
    return false;
  }
  return true;
}

void give_resolution(const Settings& settings, sdk::Out& out) {
  const auto milliseconds = settings.dns_period.count();
  out.fragment("cluster",
               Message().add_duration(cluster::Cluster::kDnsRefreshRate,
                                      {milliseconds / 1000, static_cast<int32_t>(milliseconds % 1000 * 1000000)}));
  if (settings.dns_address.empty()) return;
  const size_t colon = settings.dns_address.rfind(':');
  const Json server = {{"address", settings.dns_address.substr(0, colon)},
                       {"portValue", std::stoi(settings.dns_address.substr(colon + 1))}};
  const Json resolver = {{"@type", kResolver}, {"resolvers", {{{"socketAddress", server}}}}};
  const Json config = {{"name", "envoy.network.dns_resolver.cares"}, {"typedConfig", resolver}};
  out.fragment_json("cluster", Json{{"typedDnsResolverConfig", config}}.dump());
}

// To the router over TLS, with the route's host as server name, unless sslConfig says otherwise.
void give_router_socket(const Json& spec, const Json& whole, sdk::Out& out) {
  const Json& list = instances_of(spec);
  const auto at = std::find_if(list.begin(), list.end(),
                               [](const Json& item) { return sdk::get_bool(item, "tls").value_or(false); });
  if (at == list.end()) return;
  sdk::WebEndpoint router;
  router.host = sdk::get_string(*at, "host");
  sdk::internal::web_socket(router, whole, nullptr, "", out);
}

}  // namespace

Reach reach_of(const std::string& text) {
  if (text == "INTERNAL_ROUTE") return Reach::kInternalRoute;
  if (text == "CONTAINER") return Reach::kContainer;
  if (text == "ROUTER") return Reach::kRouter;
  return text == "CELL" ? Reach::kCell : Reach::kAuto;
}

Wanted read_wanted(const Json& spec) {
  Wanted out;
  out.foundation = sdk::get_string(spec, "foundation");
  out.api = sdk::get_string(spec, "api");
  if (const Json* secret = sdk::find(spec, "secretRef")) {
    out.secret_ns = sdk::get_string(*secret, "namespace");
    out.secret_name = sdk::get_string(*secret, "name");
  }
  out.org = sdk::get_string(spec, "org");
  out.space = sdk::get_string(spec, "space");
  out.app = sdk::get_string(spec, "app");
  out.process = sdk::get_string(spec, "process");
  out.route = sdk::get_string(spec, "route");
  out.port = sdk::get_uint(spec, "port").value_or(0);
  out.reach = reach_of(sdk::get_string(spec, "reach"));
  return out;
}

std::optional<Foundation> foundation_of(const Wanted& wanted, const Settings& settings, sdk::Out* out) {
  const auto wrong = [out](const sdk::Problem& problem) {
    if (out != nullptr) out->error(problem);
    return std::nullopt;
  };
  if (wanted.app.empty() && wanted.route.empty())
    return wrong({"/app", "MissingField", "neither an app nor a route is named", "", "the name of an app, or a route"});
  if (wanted.api.empty()) {
    if (!wanted.secret_name.empty())
      return wrong({"/api", "MissingField", "a secretRef says who asks, but not whom", "", "https://HOST[:PORT]"});
    if (const Foundation* foundation = settings.find(wanted.foundation)) return *foundation;
    std::string names;
    for (const Foundation& each : settings.foundations) names += (names.empty() ? "" : ", ") + each.name;
    return wrong({"/foundation", wanted.foundation.empty() ? "MissingField" : "UnknownFoundation",
                  "the plugin's configuration has no such foundation", wanted.foundation,
                  names.empty() ? "foundations in pluginConfig.cloud_foundry, or api and secretRef" : names});
  }
  if (!wanted.foundation.empty())
    return wrong({"/api", "InvalidValue", "a foundation of the plugin's configuration has an API of its own",
                  wanted.api, "foundation, or api with secretRef"});
  const auto api = base_url(wanted.api);
  if (!api)
    return wrong({"/api", "InvalidEndpoint", "this is no address that a Cloud Controller can be asked at", wanted.api,
                  sdk::kExpectedWebEndpoint});
  if (wanted.secret_name.empty() || wanted.secret_ns.empty())
    return wrong({"/secretRef", "MissingField", "nothing says who asks the Cloud Controller", "",
                  "the name and the namespace of a Secret with an access token as `token`"});
  Foundation out_of_it;
  out_of_it.api = *api;
  out_of_it.secret_ns = wanted.secret_ns;
  out_of_it.secret_name = wanted.secret_name;
  return out_of_it;
}

void give_cluster(const Json& spec, const Json& whole, const Settings& settings, sdk::Out& out) {
  const bool names = has_names(spec);
  out.fragment("cluster",
               Message().add_enum(cluster::Cluster::kType, names ? cluster::Cluster::DiscoveryType::kSTRICT_DNS
                                                                 : cluster::Cluster::DiscoveryType::kEDS));
  if (names) {
    give_endpoints(spec, out);
    give_resolution(settings, out);
  }
  give_router_socket(spec, whole, out);
}

void give_endpoints(const Json& spec, sdk::Out& out) {
  const Json& list = instances_of(spec);
  Message locality;
  for (size_t i = 0; i < list.size(); ++i) {
    if (!is_usable(list[i], i, out)) continue;
    const std::string address = sdk::get_string(list[i], "address");
    std::string host = sdk::get_string(list[i], "host");
    if (host.empty() && !sdk::is_ip_address(address)) host = address;
    locality.add_message(endpoint::LocalityLbEndpoints::kLbEndpoints,
                         lb_endpoint(address, *sdk::get_uint(list[i], "port"), host));
  }
  Message assignment;
  if (!locality.empty()) assignment.add_message(endpoint::ClusterLoadAssignment::kEndpoints, locality);
  out.fragment("load_assignment", assignment);
}

std::string routed_host(const Json& spec) {
  for (const Json& each : instances_of(spec)) {
    if (sdk::get_bool(each, "routed").value_or(false)) return sdk::get_string(each, "host");
  }
  return "";
}

}  // namespace solder::plugins::cloud_foundry

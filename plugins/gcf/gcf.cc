// The upstream type `gcp`: services of Google's that are called with ID tokens, Cloud Run and Cloud Functions. A
// cluster that reaches the host over TLS; the host mints tokens and serves them by SDS, a filter puts them into
// requests, and one behind it refuses what has none. Tested by plugins/gcf/testdata and tests/e2e/gcf_test.py.
#include "discovery.h"
#include "identity.h"
#include "service.h"
#include "solder/envoy_fields.h"

namespace solder::plugins::gcf {

namespace route = envoy::config::route::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr size_t kShownNames = 12;

std::string names_of(const std::vector<Function>& functions) {
  std::string out;
  for (size_t i = 0; i < functions.size() && i < kShownNames; ++i) out += (i == 0 ? "" : ", ") + functions[i].name;
  return functions.size() > kShownNames ? out + ", …" : out;
}

// In the place of the upstream's own.
void call_other_cluster(const std::string& cluster, bool weighted, sdk::Out& out) {
  Message action;
  if (weighted) {
    action.add_string(route::WeightedCluster::ClusterWeight::kName, cluster);
  } else {
    action.add_string(route::RouteAction::kCluster, cluster);
  }
  out.fragment(weighted ? "weighted_cluster" : "route_action", action, "/destinationSpec/gcp/functionName");
}

// A route that cannot be served: said to those who call it.
void refuse(const std::string& answer, sdk::Out& out) { tell_request({{"problem", answer}}, out); }

}  // namespace

class Plugin {
 public:
  Plugin(sdk::Host host, std::string_view config) : discovery_(host, sdk::parse_json(config)) {}

  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const Json spec = sdk::parse_json(in.json);
    const auto service = service_of(spec, &out);
    if (!service) return;
    (void)api_of(spec, &out);
    const auto functions = functions_of(spec, *service, in.cluster_name, &out);
    if (by_envoy(spec)) {
      call_by_envoy(spec, *service, functions, in.cluster_name, out);
    } else {
      call_with_tokens(spec, *service, functions, in.cluster_name, out);
    }
    if (!out.failed()) sdk::web_cluster(service->at, sdk::parse_json(in.spec_json), nullptr, "/host", out);
  }

  void destinations(const sdk::DestinationInput& in, sdk::Out& out) {
    // An upstream that cannot be used has no cluster.
    Message action;
    action.add_enum(route::RouteAction::kClusterNotFoundResponseCode,
                    route::RouteAction::ClusterNotFoundResponseCode::kINTERNAL_SERVER_ERROR);
    out.fragment("route_action", action);
    const Json upstream = sdk::parse_json(in.upstream_json);
    const auto service = service_of(upstream, nullptr);
    if (!service) return;
    if (by_envoy(upstream)) ask_on_route(out);
    const Json destination = in.destination_json.empty() ? Json::object() : sdk::parse_json(in.destination_json);
    const std::string name = sdk::get_string(destination, "functionName");
    if (!name.empty()) return call(name, in, upstream, *service, out);
    // The cluster's own script calls the upstream's function, unless that is at another host.
    const auto functions = functions_of(upstream, *service, in.cluster_name, nullptr);
    const Function* standard = standard_function(upstream, functions, nullptr);
    if (standard != nullptr && !standard->host.empty()) return call(standard->name, in, upstream, *service, out);
    if (!sdk::get_string(upstream, "host").empty() || !sdk::get_string(upstream, "functionName").empty()) {
      if (by_envoy(upstream)) tell_request({{"by_envoy", true}}, out);
      return;
    }
    const std::string of = "Upstream " + sdk::to_string(in.upstream);
    out.warning({"/destinationSpec/gcp/functionName", "MissingField",
                 of + " stands for functions, and the route names none; requests are answered 500", "",
                 "the name of a function", in.upstream});
    refuse("no function present for GCP upstream", out);
  }

  void follow(const sdk::UpstreamInput& in, sdk::Out&) { discovery_.follow(in); }
  void forget(const sdk::Ref& ref) { discovery_.forget(ref); }

 private:
  static void call(const std::string& name, const sdk::DestinationInput& in, const Json& upstream,
                   const Service& service, sdk::Out& out) {
    const auto functions = functions_of(upstream, service, in.cluster_name, nullptr);
    for (const Function& function : functions) {
      if (function.name != name) continue;
      Json context = Json::object();
      if (by_envoy(upstream)) {
        context["by_envoy"] = true;
      } else {
        context["token"] = function.token;
      }
      context["prefix"] = function.path;
      if (!function.host.empty()) call_other_cluster(host_cluster(in.cluster_name, function.host), in.weighted, out);
      return tell_request(context, out);
    }
    const std::string of = "Upstream " + sdk::to_string(in.upstream), field = "/destinationSpec/gcp/functionName";
    refuse("unknown function " + name, out);
    // Nothing is wrong with a route to an upstream whose functions are still to be found.
    if (functions.empty()) {
      return out.info({field, "FunctionNotFound",
                       of + " has no functions yet; requests are answered 500 until it comes", name, "", in.upstream});
    }
    out.warning({field, "FunctionNotFound",
                 of + " has no function of this name; requests are answered 500 until it comes", name,
                 "one of " + names_of(functions), in.upstream});
  }

  Discovery discovery_;
};

}  // namespace solder::plugins::gcf

SOLDER_PLUGIN(solder::plugins::gcf::Plugin, "gcf", "1.0.0")

// Cloud Foundry: the upstream type `cloudFoundry`, an app that is reached by its internal route, by its containers'
// addresses or by the platform's router; and an Upstream for each app. Tested by plugins/cloud_foundry/testdata and
// tests/e2e/cloud_foundry_test.py.
#include <memory>
#include <string>
#include <vector>

#include "catalog.h"
#include "discovery.h"
#include "settings.h"
#include "solder/envoy_fields.h"
#include "upstream.h"

namespace solder::plugins::cloud_foundry {

namespace route = envoy::config::route::v3;

class Plugin {
 public:
  Plugin(sdk::Host host, std::string_view config) : host_(host), settings_(read_settings(sdk::parse_json(config))) {}

  // In an instance of its own each; the one that translates has neither a catalog nor a discovery.
  void watch(const std::vector<sdk::WatchedKind>& kinds) {
    (void)kinds;
    bool any = false;
    for (const Foundation& each : settings_.foundations) any = any || each.upstreams.has_value();
    if (!any) {
      sdk::Objects(host_).complete();
      return;
    }
    if (catalog_) return;
    catalog_ = std::make_unique<Catalog>(host_, settings_);
    catalog_->start();
  }

  void follow(const sdk::UpstreamInput& in, sdk::Out&) {
    if (!discovery_) discovery_ = std::make_unique<Discovery>(host_, settings_);
    discovery_->follow(in);
  }
  void forget(const sdk::Ref& ref) {
    if (discovery_) discovery_->forget(ref);
  }

  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const sdk::Json spec = sdk::parse_json(in.json);
    foundation_of(read_wanted(spec), settings_, &out);
    if (!out.failed()) give_cluster(spec, sdk::parse_json(in.spec_json), settings_, out);
  }

  void endpoints(const sdk::UpstreamInput& in, sdk::Out& out) { give_endpoints(sdk::parse_json(in.json), out); }

  // The router finds an app by the host that a request names.
  void destinations(const sdk::DestinationInput& in, sdk::Out& out) {
    const std::string host = routed_host(sdk::parse_json(in.upstream_json));
    if (host.empty()) return;
    if (in.weighted) {
      out.fragment("weighted_cluster",
                   sdk::Message().add_string(route::WeightedCluster::ClusterWeight::kHostRewriteLiteral, host));
    } else {
      out.fragment("route_action", sdk::Message().add_string(route::RouteAction::kHostRewriteLiteral, host));
    }
  }

 private:
  const sdk::Host host_;
  const Settings settings_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Discovery> discovery_;
};

}  // namespace solder::plugins::cloud_foundry

SOLDER_PLUGIN(solder::plugins::cloud_foundry::Plugin, "cloud_foundry", "1.0.0")

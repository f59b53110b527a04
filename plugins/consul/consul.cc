// Consul: the upstream type `consul`, whose endpoints are the healthy instances of a service; an Upstream for each
// service; and objects kept in the KV store as Gloo keeps them. Names and defaults are Gloo's. Tested by
// plugins/consul/testdata and tests/e2e/consul_services_test.py.
#include <memory>
#include <string>
#include <vector>

#include "by_settings.h"
#include "discovery.h"
#include "endpoints.h"
#include "gloo_settings.h"
#include "kv_writer.h"
#include "mesh_socket.h"
#include "settings.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/grpc_json.hpp"
#include "upstream.h"
#include "watcher.h"

namespace solder::plugins::consul {

namespace cluster = envoy::config::cluster::v3;
namespace route = envoy::config::route::v3;

constexpr const char* kResolver =
    "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig";

class Plugin {
 public:
  Plugin(sdk::Host host, std::string_view config)
      : host_(host), config_(sdk::parse_json(config)), settings_(read_settings(config_)) {}

  // In an instance of its own each; the one that translates has neither a watcher nor a discovery.
  void watch(const std::vector<sdk::WatchedKind>& kinds) {
    if (follows_settings(settings_)) {
      if (catalog_) return;
      catalog_ = std::make_unique<CatalogBySettings>(host_, config_);
      return catalog_->start();
    }
    if (!watcher_) watcher_ = std::make_unique<Watcher>(host_, settings_);
    watcher_->watch(kinds);
  }
  void status(const sdk::Ref& ref, std::string_view json) {
    if (watcher_) watcher_->status(ref, json);
  }

  void share(const std::vector<sdk::SharedEntry>& entries) {
    if (watcher_) watcher_->share(entries);
  }

  bool change(const sdk::StoreChange& change) {
    if (!settings_.kv) return false;
    if (!writer_) writer_ = std::make_unique<KvWriter>(host_, settings_);
    writer_->change(change);
    return true;
  }

  void follow(const sdk::UpstreamInput& in, sdk::Out&) {
    if (follows_settings(settings_)) {
      if (!followed_) followed_ = std::make_unique<DiscoveryBySettings>(host_, config_);
      return followed_->follow(in);
    }
    if (!discovery_) discovery_ = std::make_unique<Discovery>(host_, settings_);
    discovery_->follow(in.upstream, in.json);
  }
  void forget(const sdk::Ref& ref) {
    if (discovery_) discovery_->forget(ref);
    if (followed_) followed_->forget(ref);
  }

  // Settings: consul, consulDiscovery and consulKvSource.
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    check_gloo_settings(in.key, sdk::parse_json(in.json), config_, out);
  }

  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const sdk::Json json = sdk::parse_json(in.json);
    const UpstreamSpec spec(json, settings_.consistency);
    if (spec.service.empty()) {
      return out.error({"/serviceName", "MissingField", "a consul upstream needs the name of a service", "",
                        "the name of a service in Consul"});
    }
    if (spec.connect) give_mesh_socket(spec, settings_.write_namespace, out);
    if (out.failed()) return;
    sdk::transcoded_cluster(json, in.upstream.ns, out);
    sdk::Message fields;
    const bool names = has_names(spec, json);
    fields.add_enum(cluster::Cluster::kType,
                    names ? cluster::Cluster::DiscoveryType::kSTRICT_DNS : cluster::Cluster::DiscoveryType::kEDS);
    if (names) give_names(spec, json, out);
    if (const sdk::Message subsets = subsets_of(spec); !subsets.empty())
      fields.add_message(cluster::Cluster::kLbSubsetConfig, subsets);
    out.fragment("cluster", fields);
  }

  void endpoints(const sdk::UpstreamInput& in, sdk::Out& out) {
    const sdk::Json json = sdk::parse_json(in.json);
    give_endpoints(UpstreamSpec(json, settings_.consistency), json, out);
  }

  void destinations(const sdk::DestinationInput& in, sdk::Out& out) {
    sdk::transcoded_route(in.upstream_json, in.upstream.ns, out);
    if (in.destination_json.empty()) return;
    const UpstreamSpec spec(sdk::parse_json(in.upstream_json), settings_.consistency);
    const sdk::Message match = match_of(sdk::parse_json(in.destination_json), spec);
    if (match.empty()) return;
    if (in.weighted) {
      out.fragment("weighted_cluster",
                   sdk::Message().add_message(route::WeightedCluster::ClusterWeight::kMetadataMatch, match));
    } else {
      out.fragment("route_action", sdk::Message().add_message(route::RouteAction::kMetadataMatch, match));
    }
  }

 private:
  void give_names(const UpstreamSpec& spec, const sdk::Json& json, sdk::Out& out) const {
    give_endpoints(spec, json, out);
    const Names names = names_of(settings_, out);
    const auto period = names.period.count();
    out.fragment("cluster",
                 sdk::Message().add_duration(cluster::Cluster::kDnsRefreshRate,
                                             {period / 1000, static_cast<int32_t>(period % 1000 * 1000000)}));
    if (names.address.empty()) return;
    const size_t colon = names.address.rfind(':');
    const sdk::Json server = {{"address", names.address.substr(0, colon)},
                              {"portValue", std::stoi(names.address.substr(colon + 1))}};
    const sdk::Json resolver = {{"@type", kResolver}, {"resolvers", {{{"socketAddress", server}}}}};
    const sdk::Json config = {{"name", "envoy.network.dns_resolver.cares"}, {"typedConfig", resolver}};
    out.fragment_json("cluster", sdk::Json{{"typedDnsResolverConfig", config}}.dump());
  }

  const sdk::Host host_;
  const sdk::Json config_;
  const Settings settings_;
  std::unique_ptr<Watcher> watcher_;
  std::unique_ptr<Discovery> discovery_;
  std::unique_ptr<DiscoveryBySettings> followed_;
  std::unique_ptr<CatalogBySettings> catalog_;
  std::unique_ptr<KvWriter> writer_;
};

}  // namespace solder::plugins::consul

SOLDER_PLUGIN(solder::plugins::consul::Plugin, "consul", "1.0.0")

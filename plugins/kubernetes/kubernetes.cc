// The upstream type `kube`: one port of a Kubernetes Service. Services, EndpointSlices, Endpoints and Pods are objects
// in any store; no API server is needed. The cluster is of type EDS and depends on the Service; the endpoints are a
// step of their own, so that a pod that comes or goes changes one assignment and nothing else. Tested by
// plugins/kubernetes/testdata, tests/golden/cases/kube-upstream and tests/e2e/kubernetes_test.py. With `watch` in its
// configuration it also brings the objects from an API server (api_watcher.h).
#include <memory>
#include <stdexcept>
#include <vector>

#include "api_watcher.h"
#include "external_name.h"
#include "ingress.h"
#include "object_writer.h"
#include "service.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/grpc_json.hpp"

namespace solder::plugins::kubernetes {

namespace cluster = envoy::config::cluster::v3;

namespace {

struct Options {
  DiscoveryOptions discovery;
  IngressOptions ingress;
  WatchSettings watch;
  bool external_names = true;
};

Options read_options(std::string_view config) {
  Options options;
  DiscoveryOptions& out = options.discovery;
  const sdk::Json json = sdk::parse_json(config);
  for (const auto& [name, value] : json.items()) {
    if (name == "discoverUpstreams" && value.is_boolean()) {
      out.upstreams = value.get<bool>();
    } else if (name == "writeNamespace" && value.is_string()) {
      out.write_namespace = value.get<std::string>();
    } else if (name == "externalNames" && value.is_boolean()) {
      options.external_names = value.get<bool>();
    } else if (name == "watch" && value.is_object()) {
      options.watch = read_watch_settings(value);
    } else if (name == "ingress" && value.is_object()) {
      options.ingress = read_ingress_options(value);
    } else {
      throw std::invalid_argument(
          "unknown or of the wrong type: " + name +
          "; right are discoverUpstreams and externalNames (true or false), writeNamespace (a text), ingress and watch "
          "(maps)");
    }
  }
  options.watch.write_namespace = options.ingress.write_namespace = out.write_namespace;
  // Without it nobody has to be allowed to read them.
  if (!options.ingress.on) options.watch.skip.insert("Ingress");
  return options;
}

void check_subsets(const UpstreamSpec& spec, sdk::Out& out) {
  for (size_t i = 0; i < spec.subsets.size(); ++i) {
    if (!spec.subsets[i].single_host || spec.subsets[i].keys.size() == 1) continue;
    const std::string field = "/subsetSpec/selectors/" + std::to_string(i) + "/keys";
    out.error({field, "InvalidValue", "subsets of a single host each are chosen by one label",
               std::to_string(spec.subsets[i].keys.size()) + " labels", "one label, or no singleHostPerSubset"});
  }
  if (spec.subset_fallback == "DEFAULT_SUBSET" && spec.default_subset.empty())
    out.error({"/subsetSpec/defaultSubset", "MissingField", "DEFAULT_SUBSET needs a default subset", "",
               "values: labels with their values"});
}

sdk::Message subset_config(const UpstreamSpec& spec) {
  using Config = cluster::Cluster::LbSubsetConfig::Field;
  namespace fallback = cluster::Cluster::LbSubsetConfig::LbSubsetFallbackPolicy;
  namespace selectors = cluster::Cluster::LbSubsetConfig::LbSubsetSelector;
  sdk::Message config;
  const std::string& policy = spec.subset_fallback;
  config.add_enum(Config::kFallbackPolicy, policy == "DEFAULT_SUBSET" ? fallback::kDEFAULT_SUBSET
                                           : policy == "NO_FALLBACK"  ? fallback::kNO_FALLBACK
                                                                      : fallback::kANY_ENDPOINT);
  if (policy == "DEFAULT_SUBSET") {
    const sdk::Json values = spec.default_subset;
    config.add_message(Config::kDefaultSubset, sdk::to_struct(values));
  }
  for (const SubsetSelector& each : spec.subsets) {
    sdk::Message selector;
    for (const std::string& key : each.keys) selector.add_string(selectors::kKeys, key);
    if (each.single_host) selector.add_bool(selectors::kSingleHostPerSubset, true);
    config.add_message(Config::kSubsetSelectors, selector);
  }
  return config;
}

bool complete(const UpstreamSpec& spec, sdk::Out& out) {
  const auto missing = [&](const char* field, const char* what) {
    out.error({field, "MissingField", std::string("a kube upstream needs ") + what, "", what});
  };
  if (spec.service.empty()) missing("/serviceName", "the name of a Service");
  if (spec.ns.empty()) missing("/serviceNamespace", "the namespace of the Service");
  if (spec.port == 0) missing("/servicePort", "a port of the Service");
  return !out.failed();
}

std::string ports_of(const Service& service) {
  std::string out;
  for (const ServicePort& each : service.ports) out += (out.empty() ? "" : ", ") + std::to_string(each.port);
  return out.empty() ? "a Service with ports" : out;
}

}  // namespace

class Plugin {
 public:
  Plugin(sdk::Host host, std::string_view config) : host_(host), options_(read_options(config)) {}

  // In an instance of its own; the one that translates never has a watcher.
  void watch(const std::vector<sdk::WatchedKind>& kinds) {
    if (!options_.watch.on) {
      sdk::Objects(host_).complete();
      return;
    }
    if (!watcher_) watcher_ = std::make_unique<ApiWatcher>(host_, options_.watch);
    watcher_->watch(kinds);
  }
  void status(const sdk::Ref& ref, std::string_view json) {
    if (watcher_) watcher_->status(ref, json);
  }

  void share(const std::vector<sdk::SharedEntry>& entries) {
    if (watcher_) watcher_->share(entries);
  }

  bool change(const sdk::StoreChange& change) {
    if (!options_.watch.on) return false;
    if (!writer_) writer_ = std::make_unique<ObjectWriter>(host_, options_.watch);
    writer_->change(change);
    return true;
  }

  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const sdk::Json json = sdk::parse_json(in.json);
    const UpstreamSpec spec(json);
    if (!complete(spec, out)) return;
    const auto service = find_service(spec, out);
    if (!service) {
      return out.error({"/serviceName",
                        "ServiceNotFound",
                        "the Service " + spec.ns + "/" + spec.service + " is not there",
                        spec.ns + "/" + spec.service,
                        "a Service in some store",
                        {"Service", spec.ns, spec.service}});
    }
    sdk::transcoded_cluster(json, in.upstream.ns, out);
    if (service->type == "ExternalName") return give_external_name(spec, *service, options_.external_names, out);
    check(spec, *service, out);
    sdk::Message fields;
    fields.add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kEDS);
    out.fragment("cluster", fields);
    if (sdk::find(json, "subsetSpec") == nullptr) return;
    check_subsets(spec, out);
    if (out.failed()) return;
    out.fragment("cluster", sdk::Message().add_message(cluster::Cluster::kLbSubsetConfig, subset_config(spec)),
                 "/subsetSpec");
  }

  void endpoints(const sdk::UpstreamInput& in, sdk::Out& out) {
    UpstreamSpec spec(sdk::parse_json(in.json));
    spec.read_whole(in.spec_json);
    // Where there is no Service, the cluster says so.
    if (const auto service = find_service(spec, out)) give_endpoints(spec, *service, out);
  }

  void destinations(const sdk::DestinationInput& in, sdk::Out& out) {
    sdk::transcoded_route(in.upstream_json, in.upstream.ns, out);
  }

  void derive(const sdk::SourceInput& in, sdk::Out& out) {
    if (in.ref.kind == "Ingress") return derive_ingress(in, options_.ingress, out);
    derive_upstreams(in, options_.discovery, out);
  }

 private:
  static void check(const UpstreamSpec& spec, const Service& service, sdk::Out& out) {
    if (service.find_port(spec.port) == nullptr) {
      out.warning({"/servicePort",
                   "ServicePortNotFound",
                   "the Service " + spec.ns + "/" + spec.service + " has no such port; requests find no host",
                   std::to_string(spec.port),
                   ports_of(service),
                   {"Service", spec.ns, spec.service}});
    }
  }

  const sdk::Host host_;
  const Options options_;
  std::unique_ptr<ApiWatcher> watcher_;
  std::unique_ptr<ObjectWriter> writer_;
};

}  // namespace solder::plugins::kubernetes

SOLDER_PLUGIN(solder::plugins::kubernetes::Plugin, "kubernetes", "1.0.0")

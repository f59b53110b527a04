// What this plugin reads of Kubernetes' objects. Source: Kubernetes' API reference (core/v1, discovery.k8s.io/v1) and
// Gloo's options/kubernetes. Tested by plugins/kubernetes/testdata and tests/e2e/kubernetes_test.py.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/localities.hpp"

namespace solder::plugins::kubernetes {

using Labels = std::map<std::string, std::string>;

struct SubsetSelector {
  std::vector<std::string> keys;  // names of pod labels
  bool single_host = false;
};

// Upstream.spec.kube.
struct UpstreamSpec {
  std::string service, ns;
  uint64_t port = 0;
  Labels selector;
  std::vector<SubsetSelector> subsets;
  std::string subset_fallback;  // "ANY_ENDPOINT", "DEFAULT_SUBSET", "NO_FALLBACK", or empty: the first
  Labels default_subset;
  bool mesh = false;  // endpoints say whether they are pods of an Istio mesh
  sdk::LocalityRules localities{sdk::Json()};

  explicit UpstreamSpec(const sdk::Json& json);
  // What an Upstream's whole spec says besides.
  void read_whole(std::string_view spec_json);
};

struct ServicePort {
  std::string name;
  uint64_t port = 0;
  std::string app_protocol;
};

struct Service {
  std::string type;           // "ClusterIP" or empty, "ExternalName", ...
  std::string external_name;  // of that type
  std::vector<ServicePort> ports;
  Labels selector;
  std::string first_ip_family;  // "IPv4", "IPv6", or empty

  explicit Service(const sdk::Json& json);
  [[nodiscard]] const ServicePort* find_port(uint64_t number) const;
};

// The Service that an upstream is of; nothing where there is none.
std::optional<Service> find_service(const UpstreamSpec& spec, sdk::Out& out);

// A member that holds an object, or null.
const sdk::Json& part(const sdk::Json& json, const char* name);
Labels labels_of(const sdk::Json& json);

// Fills the slot load_assignment with the endpoints that are ready.
void give_endpoints(const UpstreamSpec& spec, const Service& service, sdk::Out& out);

// What discovery writes besides the upstreams in memory.
struct DiscoveryOptions {
  bool upstreams = false;  // "default-petstore-8080" as well
  std::string write_namespace = "gloo-system";
};
// The Upstreams that follow from a Service: one for each port.
void derive_upstreams(const sdk::SourceInput& in, const DiscoveryOptions& options, sdk::Out& out);

}  // namespace solder::plugins::kubernetes

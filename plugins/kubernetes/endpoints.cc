// The addresses behind a Service's port: from its EndpointSlices where there are any, else from its Endpoints. Pods are
// asked only where labels matter that the Service does not select by itself. Source: Gloo's endpoint discovery for
// Kubernetes; where slices say more than Endpoints do, what kube-proxy makes of them.
#include <algorithm>
#include <set>
#include <tuple>

#include "service.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/localities.hpp"

namespace solder::plugins::kubernetes {

namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;

namespace {

constexpr const char* kServiceNameLabel = "/metadata/labels/kubernetes.io~1service-name";
constexpr const char* kMeshLabel = "security.istio.io/tlsMode";
constexpr const char* kPodIp = "/status/podIP";

struct Address {
  std::string ip;
  uint64_t port = 0;
  std::string pod_namespace, pod;  // where it is known whose address it is
  std::string zone;
};

Address address_of(const std::string& ip, uint64_t port, const sdk::Json& target) {
  Address out{ip, port, "", "", ""};
  if (!target.is_object() || sdk::get_string(target, "kind") != "Pod") return out;
  out.pod_namespace = sdk::get_string(target, "namespace");
  out.pod = sdk::get_string(target, "name");
  return out;
}

// The port of the pods: that of the Service port's name. Where the Service has one port, its name does not matter.
uint64_t pod_port(const sdk::Json& ports, const Service& service, const ServicePort& wanted) {
  for (const sdk::Json& each : ports) {
    if (service.ports.size() > 1 && sdk::get_string(each, "name") != wanted.name) continue;
    if (const auto port = sdk::get_uint(each, "port")) return *port;
  }
  return 0;
}

std::vector<Address> from_endpoints(const sdk::Json& endpoints, const Service& service, const ServicePort& wanted) {
  std::vector<Address> out;
  for (const sdk::Json& subset : part(endpoints, "subsets")) {
    const uint64_t port = pod_port(part(subset, "ports"), service, wanted);
    if (port == 0) continue;
    for (const sdk::Json& each : part(subset, "addresses")) {
      out.push_back(address_of(sdk::get_string(each, "ip"), port, part(each, "targetRef")));
    }
  }
  return out;
}

// Ready where nothing is said.
bool is_ready(const sdk::Json& each) {
  const sdk::Json& conditions = part(each, "conditions");
  return conditions.is_null() || sdk::get_bool(conditions, "ready").value_or(true);
}

// A pod that is being taken down is not ready, and may serve all the same.
bool serves_to_the_end(const sdk::Json& each) {
  const sdk::Json& conditions = part(each, "conditions");
  return conditions.is_object() && sdk::get_bool(conditions, "terminating").value_or(false) &&
         sdk::get_bool(conditions, "serving").value_or(true);
}

// A Service of two address families has slices of both, for the same pods: those of its first family count.
std::string family_of(const std::vector<sdk::Json>& slices, const Service& service) {
  std::set<std::string> there;
  for (const sdk::Json& slice : slices) there.insert(sdk::get_string(slice, "addressType"));
  if (there.count(service.first_ip_family) != 0) return service.first_ip_family;
  return there.count("IPv4") != 0 ? "IPv4" : "IPv6";
}

std::vector<Address> from_slices(const std::vector<sdk::Json>& slices, const Service& service,
                                 const ServicePort& wanted, bool (*counts)(const sdk::Json&)) {
  std::vector<Address> out;
  const std::string family = family_of(slices, service);
  for (const sdk::Json& slice : slices) {
    const uint64_t port = pod_port(part(slice, "ports"), service, wanted);
    if (port == 0 || sdk::get_string(slice, "addressType") != family) continue;
    for (const sdk::Json& each : part(slice, "endpoints")) {
      const auto addresses = sdk::get_strings(each, "addresses");
      // Those after the first are the same pod's, and nothing defines what they are for.
      if (addresses.empty() || !counts(each)) continue;
      out.push_back(address_of(addresses.front(), port, part(each, "targetRef")));
      out.back().zone = sdk::get_string(each, "zone");
    }
  }
  return out;
}

std::vector<Address> addresses(const UpstreamSpec& spec, const Service& service, const ServicePort& wanted,
                               sdk::Out& out) {
  std::vector<sdk::Json> slices;
  for (const auto& found : out.list("EndpointSlice", spec.ns, kServiceNameLabel, spec.service)) {
    slices.push_back(sdk::parse_json(found.json));
  }
  if (slices.empty()) {
    const auto endpoints = out.lookup({"Endpoints", spec.ns, spec.service});
    return endpoints ? from_endpoints(sdk::parse_json(*endpoints), service, wanted) : std::vector<Address>();
  }
  // While the last pods are taken down they are better than none.
  auto ready = from_slices(slices, service, wanted, is_ready);
  return ready.empty() ? from_slices(slices, service, wanted, serves_to_the_end) : ready;
}

// The labels of the pod that has the address, where the store knows it.
std::optional<Labels> pod_labels(const Address& address, const UpstreamSpec& spec, sdk::Out& out) {
  if (!address.pod.empty() && !address.pod_namespace.empty()) {
    if (const auto pod = out.lookup({"Pod", address.pod_namespace, address.pod})) {
      return labels_of(part(part(sdk::parse_json(*pod), "metadata"), "labels"));
    }
  }
  for (const auto& found : out.list("Pod", spec.ns, kPodIp, address.ip)) {
    const sdk::Json pod = sdk::parse_json(found.json);
    // Pods on their node's network share its address and cannot be told apart.
    const bool running = sdk::get_string(part(pod, "status"), "phase") == "Running";
    const sdk::Json& pod_spec = part(pod, "spec");
    const bool shared = pod_spec.is_object() && sdk::get_bool(pod_spec, "hostNetwork").value_or(false);
    if (running && !shared) return labels_of(part(part(pod, "metadata"), "labels"));
  }
  return std::nullopt;
}

void add_subsets(const std::set<std::string>& keys, const Labels& labels, sdk::Message& metadata) {
  sdk::Json values = sdk::Json::object();
  for (const std::string& key : keys) {
    const auto label = labels.find(key);
    values[key] = label == labels.end() ? std::string() : label->second;
  }
  metadata.add_entry(core::Metadata::kFilterMetadata, "envoy.lb", sdk::to_struct(values));
}

// Which of the cluster's sockets a pod is spoken to by: Istio labels those that have its proxy.
void add_mesh(const Labels& labels, sdk::Message& metadata) {
  if (labels.count(kMeshLabel) == 0) return;
  metadata.add_entry(core::Metadata::kFilterMetadata, "envoy.transport_socket_match",
                     sdk::to_struct({{"tlsMode", "istio"}}));
}

sdk::Message lb_endpoint(const Address& address) {
  sdk::Message socket;
  socket.add_string(core::SocketAddress::kAddress, address.ip);
  socket.add_uint(core::SocketAddress::kPortValue, address.port);
  sdk::Message one;
  one.add_message(endpoint::Endpoint::kAddress, sdk::Message().add_message(core::Address::kSocketAddress, socket));
  return sdk::Message().add_message(endpoint::LbEndpoint::kEndpoint, one);
}

class Assignment {
 public:
  Assignment(const UpstreamSpec& spec, const Service& service, sdk::Out& out) : spec_(spec), out_(out) {
    for (const auto& each : spec.selector) {
      const auto own = service.selector.find(each.first);
      if (own == service.selector.end() || own->second != each.second) asked_.insert(each);
    }
    for (const auto& subset : spec.subsets) keys_.insert(subset.keys.begin(), subset.keys.end());
    for (const auto& [key, ignored] : spec.default_subset) keys_.insert(key);
  }

  void add(const Address& address) {
    if (!sdk::is_ip_address(address.ip)) {
      out_.warning({"", "InvalidAddress", "an address of the Service is no IP address and is left out", address.ip,
                    "an IPv4 or IPv6 address"});
      return;
    }
    std::optional<Labels> labels;
    if (!asked_.empty() || !keys_.empty() || spec_.mesh) labels = pod_labels(address, spec_, out_);
    if (!asked_.empty() && !labels) {
      ++unknown_;
      return;
    }
    for (const auto& [key, value] : asked_) {
      const auto label = labels->find(key);
      if (label == labels->end() || label->second != value) return;
    }
    sdk::Message one = lb_endpoint(address);
    sdk::Message metadata;
    if (!keys_.empty()) add_subsets(keys_, labels.value_or(Labels()), metadata);
    if (spec_.mesh && labels) add_mesh(*labels, metadata);
    if (!metadata.empty()) one.add_message(endpoint::LbEndpoint::kMetadata, metadata);
    endpoints_.add({"", address.zone, ""}, one);
  }

  void finish() {
    if (unknown_ != 0) {
      out_.info({"/selector", "PodNotFound",
                 "addresses whose running Pod is not in any store are left out, as their labels are not known",
                 std::to_string(unknown_), "the Pods, or a selector that is the Service's own"});
    }
    out_.fragment("load_assignment", endpoints_.assignment(spec_.localities));
  }

 private:
  const UpstreamSpec& spec_;
  sdk::Out& out_;
  Labels asked_;  // of the selector, what the Service does not select by itself
  std::set<std::string> keys_;
  sdk::LocalityEndpoints endpoints_;
  size_t unknown_ = 0;
};

}  // namespace

void give_endpoints(const UpstreamSpec& spec, const Service& service, sdk::Out& out) {
  const ServicePort* port = service.find_port(spec.port);
  std::vector<Address> all;
  if (port != nullptr) all = addresses(spec, service, *port, out);
  const auto key = [](const Address& each) { return std::tie(each.ip, each.port); };
  std::sort(all.begin(), all.end(), [&](const Address& a, const Address& b) { return key(a) < key(b); });
  // A pod stands in two slices for a moment when it moves between them.
  all.erase(std::unique(all.begin(), all.end(), [&](const Address& a, const Address& b) { return key(a) == key(b); }),
            all.end());
  Assignment assignment(spec, service, out);
  for (const Address& each : all) assignment.add(each);
  assignment.finish();
}

}  // namespace solder::plugins::kubernetes

// The objects that an Istio object's translation reads besides itself: Services, the destination rules that count for a
// host, gateways, delegates. Everything read is a dependency, found or not. Source: Istio's reference of
// DestinationRule ("destination rule lookup path"). Tested by plugins/istio/testdata.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fields.h"
#include "hosts.h"
#include "settings.h"

namespace solder::plugins::istio {

// Istio's kinds, as objects of them are called here.
inline constexpr const char* kVirtualService = "VirtualService.networking.istio.io";
inline constexpr const char* kGateway = "Gateway.networking.istio.io";
inline constexpr const char* kDestinationRule = "DestinationRule";
inline constexpr const char* kServiceEntry = "ServiceEntry";
inline constexpr const char* kWorkloadEntry = "WorkloadEntry";

struct ServicePort {
  uint64_t number = 0;
  std::string name, protocol;

  [[nodiscard]] bool speaks_http2() const;
};

struct Rule {
  std::string ns, name;
  Json spec;
};

// Whether an object with this exportTo holds for the gateway of the namespace `for_ns`.
bool is_exported(const Json& spec, const std::string& ns, const std::string& for_ns);

class World {
 public:
  World(const Options& options, sdk::Out& out) : options_(options), out_(out) {}

  [[nodiscard]] const Options& options() const { return options_; }
  // The ports of a Service; nothing where there is none.
  std::optional<std::vector<ServicePort>> service_ports(const std::string& ns, const std::string& name);
  // The service entry for the host, in a namespace where it is looked for: that of who names it, or of the proxies.
  std::optional<Json> entry(const std::string& host, const std::string& ns);
  // Its only port; nothing where there is no entry, or where it has several.
  std::optional<uint64_t> entry_port(const std::string& host, const std::string& ns);
  // A host with one dot may be short for a Service: "reviews.shop".
  Target target(const std::string& host, const std::string& ns);
  // The rules that count for the host, as one: those of the first of these namespaces that has any, and there those
  // whose host is nearest; the oldest first. `ns`: of who names the host.
  std::vector<Rule> rules_for(const Target& target, const std::string& ns);
  // All objects of a namespace whose kind is listed by it.
  std::vector<Json> all(const char* kind, const std::string& ns);
  std::optional<Json> find(const char* kind, const std::string& ns, const std::string& name);

 private:
  const Options& options_;
  sdk::Out& out_;
};

}  // namespace solder::plugins::istio

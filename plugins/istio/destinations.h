// Where requests go: Istio's destinations and their weights as a routeAction, mirrors as shadowing. Source: Istio's
// reference of Destination and HTTPRouteDestination. Tested by plugins/istio/testdata/destinations.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "destination_rule.h"
#include "matchers.h"

namespace solder::plugins::istio {

// Reads destinations for one virtual service and collects the Upstreams that they need.
class Destinations {
 public:
  Destinations(World& world, const RoutePlace& place, Derived& derived)
      : world_(world), place_(place), derived_(derived) {}

  // Istio's Destination; nothing where it cannot be told, which is reported.
  std::optional<Way> way(Fields destination, bool mirror);
  // `route` of a HTTPRoute, TLSRoute or TCPRoute: {"single": ...} or {"multi": ...}, null where no destination is left.
  // `options`: takes what the destinations hash by, and the headers of an only one; null for connections.
  Json action(std::vector<Fields> route, Json* options);
  void mirrors(Fields& route, Json& options);

 private:
  std::optional<Way> service_way(Fields& destination, const Target& target, std::optional<uint64_t> port,
                                 const std::string& subset, bool mirror);
  std::optional<Way> external_way(Fields& destination, const Target& target, std::optional<uint64_t> port,
                                  const std::string& subset);
  const ServicePort* choose(Fields& destination, const Target& target, const std::vector<ServicePort>& ports,
                            std::optional<uint64_t> wanted);

  World& world_;
  const RoutePlace& place_;
  Derived& derived_;
  Report quiet_{nullptr};
};

}  // namespace solder::plugins::istio

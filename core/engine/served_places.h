// Where objects stand in what proxies are served: which resources have to be acknowledged for an object to be in use.
// Made from the plans of gateways, and only when somebody asks: a change of a plan costs no list of everything.
// Immutable; any thread. Tested by tests/unit/engine/served_places_test.cc.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/gateway_plan.h"

namespace solder::engine {

struct Translation;
class VisibleWorld;

struct ServedPlace {
  std::string role;
  std::vector<std::string> scopes;  // of a virtual service, where it is served as scopes
  std::string resource;             // its route configuration; of a gateway: the listener
  std::string part;                 // its virtual host
  std::vector<std::string> hosts;   // the virtual hosts of its domains, where they are served one by one
};

class ServedPlaces {
 public:
  ServedPlaces(std::string write_namespace, std::vector<std::shared_ptr<const GatewayPlan>> plans)
      : write_namespace_(std::move(write_namespace)), plans_(std::move(plans)) {}

  static std::shared_ptr<const ServedPlaces> of(const Translation& t, const VisibleWorld& world);

  // Virtual services and gateways.
  [[nodiscard]] std::map<model::ObjectRef, std::vector<ServedPlace>> all() const;

 private:
  std::string write_namespace_;
  std::vector<std::shared_ptr<const GatewayPlan>> plans_;
};

// The name of an upstream's cluster and of its endpoints.
std::string served_cluster(const model::ObjectRef& upstream);

}  // namespace solder::engine

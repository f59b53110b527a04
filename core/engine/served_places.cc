#include "core/engine/served_places.h"

#include "core/engine/host_run.h"
#include "core/engine/route_configuration.h"
#include "core/engine/route_layout.h"
#include "core/engine/translation.h"
#include "core/engine/virtual_hosts.h"
#include "core/engine/visible_world.h"
#include "core/engine/wildcard_domains.h"
#include "core/xds/scope_names.h"

namespace solder::engine {

namespace {

std::vector<std::string> scopes_of(const PlannedPart& part, const PlannedHost& host) {
  std::vector<std::string> scopes;
  bool others = false;
  for (const auto& domain : host.domains) {
    if (is_exact(domain)) {
      scopes.push_back(xds::scope_name(part.route_configuration, lower_case(domain)));
    } else {
      others = true;
    }
  }
  if (others) scopes.push_back(xds::fallback_scope(part.route_configuration));
  return scopes;
}

std::vector<std::string> hosts_of(const PlannedPart& part, const PlannedHost& host) {
  std::vector<std::string> hosts;
  for (const auto& domain : host.domains) hosts.push_back(virtual_host_key(part.route_configuration, domain));
  return hosts;
}

}  // namespace

std::shared_ptr<const ServedPlaces> ServedPlaces::of(const Translation& t, const VisibleWorld& world) {
  std::vector<std::shared_ptr<const GatewayPlan>> plans;
  for (const auto& ref : world.seen("Gateway")) {
    if (auto plan = t.plans.peek(ref)) plans.push_back(std::move(plan));
  }
  return std::make_shared<const ServedPlaces>(world.write_namespace(), std::move(plans));
}

std::map<model::ObjectRef, std::vector<ServedPlace>> ServedPlaces::all() const {
  std::map<model::ObjectRef, std::vector<ServedPlace>> places;
  for (const auto& plan : plans_) {
    if (!plan->serving || plan->parts.empty()) continue;
    for (const auto& proxy : plan->gateway.proxy_names) {
      const std::string role = write_namespace_ + "~" + proxy;
      places[plan->gateway.ref].push_back({role, {}, plan->listener_name, "", {}});
      for (const auto& part : plan->parts) {
        for_each_host(part, [&](const PlannedHost& host) {
          places[host.virtual_service].push_back({role, scopes_of(part, host), part.route_configuration,
                                                  virtual_host_name(host.virtual_service), hosts_of(part, host)});
        });
      }
    }
  }
  return places;
}

std::string served_cluster(const model::ObjectRef& upstream) { return cluster_name(upstream); }

}  // namespace solder::engine

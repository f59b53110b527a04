// What stands on a gateway: its parts, and which virtual services with which domains stand on each. Made by
// gateway_plan.cc; read by whatever serves, or tells what is served.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine/results.h"
#include "core/engine/wildcard_domains.h"

namespace solder::engine {

// A virtual host as a gateway takes it: without the domains that another one holds.
struct PlannedHost {
  model::ObjectRef virtual_service;
  std::vector<std::string> domains;
};

// What the hosts of a gateway's part are served with.
struct HostSettings {
  std::string label;                // ends the names of routes that depend on the gateway
  std::string route_configuration;  // its name
  std::optional<uint32_t> max_direct_response_bytes;
  bool most_specific_header_mutations_wins = false;
};

// Neighbouring hosts of a part: host_run.h.
struct PlannedRun {
  uint64_t hash = 0;
  uint64_t id = 0;  // by its first host
  std::shared_ptr<const HostSettings> settings;
  uint64_t settings_hash = 0;
  std::vector<PlannedHost> hosts;
};

// What a run's hosts ask of the listener.
struct HostNeeds {
  uint64_t hash = 0;
  std::vector<FilterNeed> filters;  // equal ones once
  std::vector<ExtraResource> resources;
};

// A part of a gateway with what stands on it.
struct PlannedPart {
  model::GatewayPart part;
  bool tls = false;                                     // takes virtual services with TLS
  std::string route_configuration;                      // its name
  std::vector<std::shared_ptr<const PlannedRun>> runs;  // of its hosts in Gloo's order; none on a TCP part
  std::unordered_map<uint64_t, size_t> places;          // of runs, by their id
  WildcardDomains wildcards;                            // those of the hosts

  // Null: there is none.
  [[nodiscard]] std::shared_ptr<const PlannedRun> run(uint64_t id) const {
    const auto at = places.find(id);
    return at == places.end() ? nullptr : runs[at->second];
  }
};

struct GatewayPlan {
  uint64_t hash = 0;
  bool ok = false;  // the current version is good
  bool serving = false;
  model::Gateway gateway;                 // without its parts, which are these
  std::vector<PlannedPart> parts;         // those that have something to serve
  std::string listener_name;              // "listener-::-8080"
  std::set<model::ObjectRef> conflicted;  // virtual services that lost a domain
  model::Diagnostics diagnostics;
};

}  // namespace solder::engine

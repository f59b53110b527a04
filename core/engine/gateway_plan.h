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

#include "core/engine/domain_index.h"
#include "core/engine/planned_host.h"
#include "core/engine/results.h"
#include "core/engine/wildcard_domains.h"

namespace solder::engine {

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
  uint64_t id = 0;
  std::shared_ptr<const HostSettings> settings;
  uint64_t settings_hash = 0;
  uint64_t selected_hash = 0;  // of the hosts before any of them lost a domain
  bool whole = true;           // none did
  std::shared_ptr<const std::vector<PlannedHost>> hosts = std::make_shared<std::vector<PlannedHost>>();
  std::vector<std::string> wildcards;  // of their domains, those with a wildcard
};
using PlannedRunPtr = std::shared_ptr<const PlannedRun>;

// What a run's hosts ask of the listener.
struct HostNeeds {
  uint64_t hash = 0;
  PlannedRunPtr run;                // that it was made of
  std::vector<FilterNeed> filters;  // equal ones once
  std::vector<ExtraResource> resources;
};

// A part of a gateway with what stands on it.
struct PlannedPart {
  model::GatewayPart part;
  bool tls = false;                             // takes virtual services with TLS
  std::string route_configuration;              // its name
  std::vector<PlannedRunPtr> runs;              // of its hosts in Gloo's order; none on a TCP part
  std::unordered_map<uint64_t, size_t> places;  // of runs, by their id
  WildcardDomains wildcards;                    // those of the hosts
  std::shared_ptr<DomainIndex> domains;         // handed on to the next plan of the gateway, for it alone

  // Null: there is none.
  [[nodiscard]] PlannedRunPtr run(uint64_t id) const {
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

// Which virtual services a gateway's part takes. Those that it names are looked up by their names. Those that it
// selects are found in runs of neighbours among all (service_runs.h), so that a virtual service that comes, goes or
// gets other labels or domains costs each selection its run. Gateways that select alike share what was found.
// Tested by tests/unit/engine/host_run_test.cc and tests/golden/cases/gateway-selection.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/graph.h"
#include "core/engine/planned_host.h"
#include "core/model/diagnostic.h"
#include "core/model/gateway.h"

namespace solder::engine {

struct Translation;

// What a part selects by.
struct HostSelection {
  uint64_t hash = 0;
  bool tls = false;  // those with TLS, or those without
  std::vector<std::string> namespaces;
  std::map<std::string, std::string> labels;
  std::vector<model::SelectorExpression> expressions;
};

struct SelectedRunKey {
  uint64_t selection = 0;  // its hash
  uint64_t run = 0;

  auto operator<=>(const SelectedRunKey&) const = default;
};

template <>
struct KeyHash<SelectedRunKey> {
  size_t operator()(const SelectedRunKey& key) const { return key.selection * 31 + key.run; }
};

// Those of one run that are selected.
struct SelectedRun {
  uint64_t hash = 0;
  uint64_t id = 0;
  std::shared_ptr<const HostSelection> selection;
  std::shared_ptr<const std::vector<PlannedHost>> hosts;  // in Gloo's order
  // The hash of each domain in lower case, and which host has it; once for each host.
  std::vector<std::pair<uint64_t, size_t>> domains;
};

using SelectedRuns = std::vector<std::shared_ptr<const SelectedRun>>;

// In Gloo's order.
SelectedRuns select_hosts(Translation& t, Reader& reader, const model::GatewayPart& part, bool tls,
                          model::Diagnostics& diagnostics);

// The step: the run as the selection of the cell's first value takes it.
std::shared_ptr<const SelectedRun> build_selected_run(Translation& t, Reader& reader, uint64_t run,
                                                      std::shared_ptr<const HostSelection> selection);

// The run of these hosts.
std::shared_ptr<SelectedRun> make_selected_run(uint64_t id, std::vector<PlannedHost> hosts);

}  // namespace solder::engine

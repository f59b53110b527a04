// The virtual hosts of a gateway's part in runs of some neighbours. Which of them stand together is decided by their
// names and not by where they stand, so that one that comes, goes or changes costs its run and the number of runs.
// Tested by tests/unit/engine/host_run_test.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/translation.h"

namespace solder::engine {

// The hosts, in their order, as the part's runs. Runs that are there `before` are the same pointers.
void cut_into_runs(std::vector<PlannedHost> hosts, std::shared_ptr<const HostSettings> settings,
                   const PlannedPart* before, PlannedPart& part);

void for_each_host(const PlannedPart& part, const std::function<void(const PlannedHost&)>& visit);

// The virtual service as the gateway of the settings takes it.
const std::shared_ptr<const VirtualServiceResult>& read_host(Translation& t, Reader& reader,
                                                             const HostSettings& settings, const PlannedHost& host);

}  // namespace solder::engine

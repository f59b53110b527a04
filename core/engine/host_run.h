// The virtual hosts of a gateway's part in runs of some neighbours. Which of them stand together is decided by their
// names and not by where they stand, so that one that comes, goes or changes costs its run and the number of runs.
// Tested by tests/unit/engine/host_run_test.cc.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/engine/translation.h"

namespace solder::engine {

uint64_t hash_host(const model::ObjectRef& virtual_service);

// Where the run that begins at `first` of `count` hosts ends, by their hashes: before a host by whose name it is to,
// one of eight, but it is not much shorter or longer than others.
template <typename HashAt>
size_t run_end(size_t first, size_t count, const HashAt& hash_at) {
  constexpr size_t kShortest = 16, kLongest = 64;
  constexpr uint64_t kEnds = 8;
  size_t end = first + 1;
  while (end < count && end - first < kLongest && (end - first < kShortest || hash_at(end) % kEnds != 0)) ++end;
  return end;
}

SelectedRuns cut_into_runs(std::vector<PlannedHost> hosts);

// The domains that hosts do not get, in lower case.
using LostDomains = std::map<Claimant, std::set<std::string>>;
// Puts the hosts on the part, without those that lost all their domains. Runs that are there `before` are the same
// pointers.
void plan_runs(const SelectedRuns& selected, const LostDomains& lost,
               const std::shared_ptr<const HostSettings>& settings, const PlannedPart* before, PlannedPart& part);

void for_each_host(const PlannedPart& part, const std::function<void(const PlannedHost&)>& visit);

// What is made of a run that stands on the part.
const std::shared_ptr<const HostNeeds>& read_host_needs(Translation& t, Reader& reader, const GatewayPartKey& part,
                                                        const PlannedRunPtr& run);
const std::shared_ptr<const HostRunResult>& read_host_run(Translation& t, Reader& reader, const GatewayPartKey& part,
                                                          const PlannedRunPtr& run);
const std::shared_ptr<const HostScopesResult>& read_host_scopes(Translation& t, Reader& reader,
                                                                const GatewayPartKey& part, const PlannedRunPtr& run);

// The virtual service as the gateway of the settings takes it.
const std::shared_ptr<const VirtualServiceResult>& read_host(Translation& t, Reader& reader,
                                                             const HostSettings& settings, const PlannedHost& host);

}  // namespace solder::engine

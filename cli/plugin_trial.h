// What other plugins would change, for people: which objects would be rejected that are not now, and what would be
// different in what Envoys are sent. Tested by tests/unit/cli/plugin_trial_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/model/diagnostic.h"
#include "core/model/object_change.h"
#include "core/services/message_types.h"
#include "core/xds/snapshot.h"

namespace solder::cli {

// One sentence for each problem that is new and costs something: an error, or a route that is left out or replaced for
// one. None: nothing becomes worse.
std::vector<std::string> new_errors(const std::map<model::ObjectRef, model::ObjectReport>& before,
                                    const std::vector<model::ObjectChange>& changes);

// The same for clusters and listeners that would be gone.
std::vector<std::string> lost_resources(const xds::SnapshotsByRole& before, const xds::SnapshotsByRole& after);

struct SnapshotDiff {
  std::set<std::string> resources;  // "clusters one_gloo-system"
  std::vector<std::string> lines;   // "clusters one_gloo-system: /connectTimeout: 5s → 7s"; without secrets
};
SnapshotDiff diff_snapshots(const services::MessageTypes& types, const xds::SnapshotsByRole& before,
                            const xds::SnapshotsByRole& after);

}  // namespace solder::cli

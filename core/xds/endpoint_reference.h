// Which endpoints a cluster waits for: the name of the ClusterLoadAssignment that an EDS cluster asks for.
// Tested by tests/unit/xds/parts_test.cc.
#pragma once

#include <optional>
#include <string>

#include "core/xds/snapshot.h"

namespace solder::xds {

// Nothing where the cluster is no EDS cluster, or no cluster at all.
std::optional<std::string> endpoint_reference(const Resource& cluster);

}  // namespace solder::xds

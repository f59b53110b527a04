// What single nodes refuse → what is refused, by whom and by how many of those who are sent it.
// Tested by tests/unit/cli/refused_parts_test.cc.
#pragma once

#include <vector>

#include "core/engine/engine.h"
#include "core/xds/server.h"

namespace solder::cli {

// `served` is what is current; a node counts where its role is served what is refused.
std::vector<engine::RefusedPart> refused_parts(const std::vector<xds::NodeRefuses>& nodes,
                                               const xds::SnapshotsByRole& served);

}  // namespace solder::cli

// What it costs to go through the host into a plugin and back, against calling the plugin's function directly.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/engine/setup.h"

namespace solder::bench {

struct BoundaryTimes {
  std::vector<double> direct_ns, hosted_ns, isolated_ns;  // a route, sorted; one element a round
};

// The argument with which this program serves a plugin to itself.
inline constexpr const char* kPluginHost = "plugin-host";

// Batches of `batch` route timeouts, alternately direct (with a sink that copies, as any caller has to) and through the
// host (checks, deadline, recorded lookups), in this process and in one of its own. Empty where no plugin claims a
// route's timeout.
BoundaryTimes measure_boundary(Setup& setup, size_t batch, size_t rounds);

}  // namespace solder::bench

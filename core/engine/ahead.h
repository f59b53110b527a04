// Very many new objects on all processors: the roots' turn then finds them done (graph.h). But for gateways, each of
// which reads all virtual services. Tested by tests/unit/engine/property_test.cc and graph_ahead_test.cc.
#pragma once

#include <cstddef>
#include <vector>

#include "core/engine/translation.h"

namespace solder::engine {

// `threads` may be 0: as many as there are processors, up to 8. Does nothing for fewer than `worth_threads` objects.
void translate_ahead(Translation& t, const std::vector<model::ObjectRef>& come, size_t threads, size_t worth_threads);

}  // namespace solder::engine

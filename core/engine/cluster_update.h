// Brings the clusters of the world up to date with what the translation has touched: clusters, their endpoints where
// these are a step of their own, and the secrets that they use. Tested by tests/unit/engine/engine_test.cc.
#pragma once

#include "core/engine/cluster_world.h"
#include "core/engine/diagnostic_book.h"
#include "core/engine/touched.h"
#include "core/engine/translation.h"
#include "core/engine/visible_world.h"

namespace solder::engine {

// Adds to `touched` the upstreams whose clusters were.
void update_clusters(Translation& translation, const VisibleWorld& world, ClusterWorld& clusters, DiagnosticBook& book,
                     Touched& touched);

}  // namespace solder::engine

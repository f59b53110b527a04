// Who set which field of what is served, found by translating once more with a record.
#pragma once

#include <vector>

#include "core/engine/engine.h"
#include "core/engine/translation.h"
#include "core/engine/visible_world.h"

namespace solder::engine {

std::vector<ResourceProvenance> collect_provenance(Translation& t, const VisibleWorld& world);

}  // namespace solder::engine

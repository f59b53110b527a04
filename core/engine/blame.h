// Whose fault it is that an Envoy refuses something: the object that asked for it, and as far as Envoy's words point at
// a value, the field that holds the value and the plugin that made configuration of it. Tested by
// tests/unit/engine/blame_test.cc and tests/e2e/refusal_test.py.
#pragma once

#include <vector>

#include "core/engine/engine.h"
#include "core/engine/translation.h"
#include "core/engine/visible_world.h"

namespace solder::engine {

// Errors where every connected Envoy refuses it, else warnings that name those that do. Nothing where a resource is
// nobody's (any more). Where the words do not tell which field it is: the object without a field, and the plugin where
// there is only one.
model::Diagnostics blame(Translation& t, const VisibleWorld& world, const std::vector<RefusedPart>& refused);

}  // namespace solder::engine

// Which objects are good in their current version, so that it may become the last good one.
// Tested by tests/unit/engine/engine_test.cc and property_test.cc.
#pragma once

#include <set>

#include "core/engine/translation.h"

namespace solder::engine {

// Whether this very version of the object is good in itself.
bool is_good(Translation& t, const model::ObjectRef& ref);
// Objects that are good in themselves and clash with others.
std::set<model::ObjectRef> conflicting_objects(const Translation& t);

}  // namespace solder::engine

// How many routes a RouteTable stands for, with those of the tables below it, counted table by table and not walked
// route by route: tables that delegate twice to the next one double at each level, and forty of them would be a
// million million. Tested by tests/unit/engine/delegation_test.cc.
#pragma once

#include <cstddef>

#include "core/engine/translation.h"

namespace solder::engine {

inline constexpr size_t kMostRoutes = 100'000;           // of one virtual service, by delegation
inline constexpr size_t kMostVisited = 2 * kMostRoutes;  // with those that delegate
inline constexpr size_t kMostTables = 64;                // one below the other

// Whether there are so many that nobody should begin to walk them. `levels`: of tables that may stand from here on.
// False where tables delegate in a circle, which whoever walks them finds and tells.
bool has_too_many_routes(Translation& t, Reader& reader, const model::ObjectRef& table, size_t levels);

}  // namespace solder::engine

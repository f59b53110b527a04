// Two stores as one. Of an object that both have, the first one's counts, and a warning on it says so.
// Tested by tests/unit/sources/joined_store_test.cc.
#pragma once

#include <memory>

#include "core/store/store.h"

namespace solder::sources {

// Complete once both are. `second` must outlive it.
std::unique_ptr<store::Store> join(std::unique_ptr<store::Store> first, store::Store& second);

}  // namespace solder::sources

// What must not be written to disk. Tested by tests/unit/sources/source_store_test.cc and
// tests/unit/engine/last_good_test.cc.
#pragma once

#include "core/model/object.h"

namespace solder::model {

// Whether the object is to stay in memory alone: the annotation solder.io/keep: memory, as on Secrets out of a vault.
inline bool memory_only(const Object& object) {
  const auto at = object.annotations.find("solder.io/keep");
  return at != object.annotations.end() && at->second == "memory";
}

}  // namespace solder::model

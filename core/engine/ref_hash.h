// How objects' names are looked up.
#pragma once

#include <cstddef>

#include "core/base/hash.h"
#include "core/model/object.h"

namespace solder::engine {

struct RefHash {
  size_t operator()(const model::ObjectRef& ref) const {
    // The kind by its length: cheap, and namesakes of two kinds are few.
    return base::hash_bytes(ref.name) * 31 + base::hash_bytes(ref.ns) + ref.kind.size();
  }
};

}  // namespace solder::engine

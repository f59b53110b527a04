// The hash of an object's content: what Object::hash is. Tested by tests/unit/config/documents_test.cc.
#pragma once

#include <cstdint>

#include "core/base/hash.h"
#include "core/model/object.h"

namespace solder::config {

inline uint64_t object_hash(const model::Object& object) {
  return base::hash_combine(base::hash_bytes(object.ref.ns + '\0' + object.ref.name), base::hash_bytes(object.json));
}

}  // namespace solder::config

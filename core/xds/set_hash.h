// The version of a set of resources: a hash over each one's name and content hash, in order of name. Names are part of
// it, so that a renamed resource makes another version. A subset that happens to hold everything has the hash of the
// whole. Tested by tests/unit/xds/snapshot_test.cc.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/hash.h"

namespace solder::xds {

class SetHash {
 public:
  void add(std::string_view name, uint64_t resource_hash) {
    value_ = base::hash_combine(base::hash_combine(value_, base::hash_bytes(name)), resource_hash);
  }
  [[nodiscard]] uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0;
};

}  // namespace solder::xds

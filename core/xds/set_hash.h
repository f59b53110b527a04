// The version of a set of resources: the sum of the hashes of its entries, name and content, so that it can be kept up
// to date as entries come and go, and a subset that happens to hold everything has the version of the whole.
// Tested by tests/unit/xds/resource_set_test.cc.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/hash.h"

namespace solder::xds {

inline uint64_t entry_hash(uint64_t name_hash, uint64_t resource_hash) {
  return base::hash_combine(name_hash, resource_hash);
}

class SetHash {
 public:
  void add(std::string_view name, uint64_t resource_hash) {
    value_ += entry_hash(base::hash_bytes(name), resource_hash);
  }
  [[nodiscard]] uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0;
};

}  // namespace solder::xds

// What some client was found to refuse, as a hint for others of which a response is refused: they are asked without it
// first. A hint only, so it is bounded and nobody removes anything. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>

#include "core/base/hash.h"
#include "core/xds/refusal_units.h"

namespace solder::xds {

class KnownCulprits {
 public:
  void add(ResourceType type, const UnitPiece& piece) {
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMost) known_.clear();
    known_.insert(key(type, piece));
  }
  [[nodiscard]] bool has(ResourceType type, const UnitPiece& piece) const {
    const std::lock_guard lock(mutex_);
    return known_.count(key(type, piece)) != 0;
  }

 private:
  static constexpr size_t kMost = 10'000;
  static uint64_t key(ResourceType type, const UnitPiece& piece) {
    const uint64_t name = base::hash_combine(base::hash_bytes(piece.resource), base::hash_bytes(piece.part));
    return base::hash_combine(base::hash_combine(static_cast<uint64_t>(type), name), piece.hash);
  }

  mutable std::mutex mutex_;
  std::set<uint64_t> known_;
};

}  // namespace solder::xds

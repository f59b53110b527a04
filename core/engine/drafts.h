// Cells of a family that several threads make ahead of their turn (graph.h), until the graph takes them in. Split by
// hash, so that threads rarely wait for each other. Tested by tests/unit/engine/graph_ahead_test.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/engine/spread.h"

namespace solder::engine {

// C is the type of the cells.
template <typename K, typename C, typename Hash>
class Drafts {
 public:
  // Null where there is none yet.
  C* find(const K& key) {
    Part& part = part_of(key);
    const std::lock_guard lock(part.mutex);
    const auto at = part.cells.find(key);
    return at == part.cells.end() ? nullptr : at->second.get();
  }
  // The one that stays: of two threads that made the same cell the first counts.
  C& put(const K& key, std::unique_ptr<C> cell) {
    Part& part = part_of(key);
    const std::lock_guard lock(part.mutex);
    return *part.cells.try_emplace(key, std::move(cell)).first->second;
  }
  // Adds all of them, which stay where they are in move_into(). While nobody puts any.
  template <typename Base>
  void add_all(std::vector<Base*>& out) {
    for (Part& part : parts_) {
      for (auto& [key, cell] : part.cells) out.push_back(cell.get());
    }
  }
  // Moves all into `cells`; looks at none of them. While nobody puts any.
  void move_into(std::unordered_map<K, std::unique_ptr<C>, Hash>& cells) {
    size_t count = cells.size();
    for (const Part& part : parts_) count += part.cells.size();
    cells.reserve(count);
    for (Part& part : parts_) cells.merge(part.cells);
  }

 private:
  struct Part {
    std::mutex mutex;
    std::unordered_map<K, std::unique_ptr<C>, Hash> cells;
  };
  static constexpr size_t kParts = 64;
  // Not by the low bits of the hash: those are the maps' own.
  Part& part_of(const K& key) { return parts_[spread<kParts>(Hash()(key))]; }
  std::array<Part, kParts> parts_;
};

}  // namespace solder::engine

// Cells of a family that several threads make ahead of their turn (graph.h), until the graph takes them in. Split by
// hash, so that threads rarely wait for each other. Tested by tests/unit/engine/graph_ahead_test.cc.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/engine/cell_table.h"
#include "core/engine/spread.h"

namespace solder::engine {

// C is the type of the cells.
template <typename K, typename C>
class Drafts {
 public:
  // Null where there is none yet.
  C* find(const HashedKey<K>& key) {
    Part& part = part_of(key);
    const std::lock_guard lock(part.mutex);
    return part.cells.find(key);
  }
  // The one that stays: of two threads that made the same cell the first counts.
  C& put(const HashedKey<K>& key, std::unique_ptr<C> cell) {
    Part& part = part_of(key);
    const std::lock_guard lock(part.mutex);
    return part.cells.put(key, std::move(cell));
  }
  // Adds all of them, which stay where they are in move_into(). While nobody puts any.
  template <typename Base>
  void add_all(std::vector<Base*>& out) {
    for (Part& part : parts_) part.cells.for_each([&](C& cell) { out.push_back(&cell); });
  }
  // Moves all into `cells`; looks at none of them. While nobody puts any.
  void move_into(CellTable<K, C>& cells) {
    size_t count = cells.size();
    for (const Part& part : parts_) count += part.cells.size();
    cells.reserve(count);
    for (Part& part : parts_) part.cells.move_into(cells);
  }

 private:
  struct Part {
    std::mutex mutex;
    CellTable<K, C> cells;
  };
  static constexpr size_t kParts = 64;
  Part& part_of(const HashedKey<K>& key) { return parts_[spread<kParts>(key.hash)]; }
  std::array<Part, kParts> parts_;
};

}  // namespace solder::engine

// The cells of one family of the graph (graph.h) by their keys. A look-up touches one line of the table and the cell:
// what stands in the table is a hash and a pointer, and a key is looked at only where the hashes are equal. One thread.
// Tested by tests/unit/engine/cell_table_test.cc.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/engine/cell.h"

namespace solder::engine {

// A key and its hash, so that several look-ups hash it once. Valid as long as the key.
template <typename K>
struct HashedKey {
  explicit HashedKey(const K& of) : key(of), hash(mixed(KeyHash<K>()(of))) {}
  const K& key;
  const uint64_t hash;

 private:
  // Tables take some bits for one thing and some for another, and a KeyHash may leave many of them alike.
  static uint64_t mixed(uint64_t hash) {
    constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
    hash *= kGolden;
    return hash ^ (hash >> 32);
  }
};

// C has a member `key` of type K.
template <typename K, typename C>
class CellTable {
 public:
  using Key = HashedKey<K>;

  // Null where there is none.
  [[nodiscard]] C* find(const Key& key) const {
    const auto at = entries_.find(key);
    return at == entries_.end() ? nullptr : at->cell.get();
  }
  // The one that is there, else the one that `make()` gives.
  template <typename Make>
  C& find_or_make(const Key& key, Make&& make) {
    return *entries_.lazy_emplace(key, [&](const auto& construct) { construct(key.hash, make()); })->cell;
  }
  // The one that is there, else `cell`, which is gone otherwise.
  C& put(const Key& key, std::unique_ptr<C> cell) {
    return find_or_make(key, [&] { return std::move(cell); });
  }
  // Destroys the cell, which may hold the key itself.
  void erase(const Key& key) { entries_.erase(entries_.find(key)); }
  // Puts all cells into `into`, which has none of their keys, without a look at them.
  void move_into(CellTable& into) {
    for (const Entry& entry : entries_) into.entries_.emplace(entry.hash, std::move(entry.cell));
    entries_ = {};
  }
  void reserve(size_t count) { entries_.reserve(count); }
  // In any order.
  template <typename F>
  void for_each(F&& f) const {
    for (const Entry& entry : entries_) f(*entry.cell);
  }
  [[nodiscard]] size_t size() const { return entries_.size(); }
  // Gives up what is kept for cells that are gone.
  void shrink() {
    constexpr size_t kWorthIt = 1024;
    if (entries_.capacity() > kWorthIt && entries_.size() < entries_.capacity() / 8) entries_.rehash(0);
  }

 private:
  struct Entry {
    Entry(uint64_t of, std::unique_ptr<C> held) : hash(of), cell(std::move(held)) {}
    uint64_t hash;
    mutable std::unique_ptr<C> cell;  // move_into() takes it out of a table that is given up afterwards
  };
  struct EntryHash {
    using is_transparent = void;
    size_t operator()(const Entry& entry) const { return entry.hash; }
    size_t operator()(const Key& key) const { return key.hash; }
  };
  struct EntryEqual {
    using is_transparent = void;
    // Only for what move_into() puts: keys of the same hash are told apart by their cells then too.
    bool operator()(const Entry& a, const Entry& b) const { return a.hash == b.hash && a.cell->key == b.cell->key; }
    bool operator()(const Entry& entry, const Key& key) const {
      return entry.hash == key.hash && entry.cell->key == key.key;
    }
    bool operator()(const Key& key, const Entry& entry) const { return operator()(entry, key); }
  };
  absl::flat_hash_set<Entry, EntryHash, EntryEqual> entries_;
};

}  // namespace solder::engine

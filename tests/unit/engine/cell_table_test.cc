// The table of a family's cells: held to a map, keys of one hash included.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>

#include "core/engine/cell_table.h"

namespace solder::engine {

namespace cell_table_test {

struct Key {
  int number = 0;
  bool operator==(const Key&) const = default;
};

struct NumberedCell {
  explicit NumberedCell(int of, int* destroyed = nullptr) : key{of}, gone(destroyed) {}
  ~NumberedCell() {
    if (gone != nullptr) ++*gone;
  }
  NumberedCell(const NumberedCell&) = delete;
  NumberedCell& operator=(const NumberedCell&) = delete;
  Key key;
  int* gone;
};

using Table = CellTable<Key, NumberedCell>;

}  // namespace cell_table_test

// Four keys share each hash.
template <>
struct KeyHash<cell_table_test::Key> {
  size_t operator()(const cell_table_test::Key& key) const { return static_cast<size_t>(key.number / 4); }
};

namespace cell_table_test {

NumberedCell& make(Table& table, int number) {
  return table.find_or_make(Table::Key({number}), [&] { return std::make_unique<NumberedCell>(number); });
}

TEST(CellTable, IsAMapOfCells) {
  Table table;
  std::map<int, NumberedCell*> expected;
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    const int number = static_cast<int>(random() % 3000);
    const auto known = expected.find(number);
    ASSERT_EQ(known == expected.end() ? nullptr : known->second, table.find(Table::Key({number})));
    if (random() % 3 != 0) {
      NumberedCell& cell = make(table, number);
      ASSERT_EQ(number, cell.key.number);
      if (known != expected.end()) {
        ASSERT_EQ(known->second, &cell);
      }
      expected[number] = &cell;
    } else if (known != expected.end()) {
      table.erase(HashedKey<Key>(known->second->key));  // the key that the cell itself holds
      expected.erase(known);
    }
    ASSERT_EQ(expected.size(), table.size());
  }
}

TEST(CellTable, OfTwoCellsTheFirstStays) {
  int gone = 0;
  Table table;
  NumberedCell& first = table.put(Table::Key({5}), std::make_unique<NumberedCell>(5, &gone));
  EXPECT_EQ(&first, &table.put(Table::Key({5}), std::make_unique<NumberedCell>(5, &gone)));
  EXPECT_EQ(1, gone) << "the second one is gone";
  EXPECT_NE(&first, &make(table, 6)) << "its hash is the same, the key is not";
}

TEST(CellTable, MovesAndEmpties) {
  Table from, into;
  make(into, -1);
  std::map<int, NumberedCell*> cells;
  for (int number = 0; number < 5000; ++number) cells[number] = &make(from, number);
  into.reserve(5001);
  from.move_into(into);
  EXPECT_EQ(0U, from.size());
  EXPECT_EQ(5001U, into.size());
  for (const auto& [number, cell] : cells) ASSERT_EQ(cell, into.find(Table::Key({number})));
  for (int number = 0; number < 4990; ++number) into.erase(Table::Key({number}));
  into.shrink();
  size_t left = 0;
  into.for_each([&](const NumberedCell& cell) { left += cell.key.number == -1 || cell.key.number >= 4990 ? 1 : 100; });
  EXPECT_EQ(11U, left);
  EXPECT_NE(nullptr, into.find(Table::Key({4999})));
}

}  // namespace cell_table_test
}  // namespace solder::engine

// In which keys two sorted maps differ. Tested by tests/unit/engine/diagnostic_book_test.cc.
#pragma once

#include <set>

namespace solder::engine {

// Adds the keys that only one of the maps has, and those for which `same(value of one, value of the other)` is false.
template <typename Map, typename Same>
void add_differences(const Map& one, const Map& other, const Same& same, std::set<typename Map::key_type>& out) {
  auto here = one.begin();
  auto there = other.begin();
  while (here != one.end() || there != other.end()) {
    if (there == other.end() || (here != one.end() && here->first < there->first)) {
      out.insert(here++->first);
    } else if (here == one.end() || there->first < here->first) {
      out.insert(there++->first);
    } else {
      if (!same(here->second, there->second)) out.insert(here->first);
      ++here;
      ++there;
    }
  }
}

}  // namespace solder::engine

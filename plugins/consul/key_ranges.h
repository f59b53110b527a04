// Many keys taken apart by their beginnings, so that what changed among ten thousand is found by a few small questions:
// Consul says for each beginning when something below it changed last. Tested by tests/unit/consul/key_ranges_test.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace solder::plugins::consul {

// Keys [first, last) of a sorted list, all of which begin with `prefix`. `exact`: the one key that is the prefix.
struct KeyRange {
  size_t first = 0, last = 0;
  std::string prefix;
  bool exact = false;

  [[nodiscard]] size_t size() const { return last - first; }
  bool operator==(const KeyRange&) const = default;
};

// Smaller ranges that make up `range`, by the first letter in which its keys differ. A range of one key gives it back
// as an exact one.
std::vector<KeyRange> split(const std::vector<std::string>& sorted, const KeyRange& range);

// Consul's answer to ?keys, sorted; nothing: it is no list. Ten thousand keys are read with each one that comes or
// goes, so that strings without escapes are not looked at twice.
std::optional<std::vector<std::string>> read_keys(std::string_view body);

}  // namespace solder::plugins::consul

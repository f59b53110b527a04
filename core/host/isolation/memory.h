// What a plugin in a process of its own last gave for each input, and what it looked up for it: the first for the time
// when it does not answer, the second so that it need not ask again. Grows by what is asked; what is no longer asked
// goes when everything was asked anew. One thread. Tested by tests/unit/host/isolation_memory_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/host/isolation/messages.h"
#include "core/host/plugin_set.h"

namespace solder::host::isolation {

class Memory {
 public:
  struct Entry {
    ItemOutput output;
    std::vector<Question> questions;
    uint64_t round = 0;
  };

  // Null: never asked.
  Entry* find(const std::string& key);
  void keep(const std::string& key, const ItemOutput& output, std::vector<Question> questions);

  // From now on everything is asked anew ...
  void begin_round() { ++round_; }
  // ... and was: what was not is forgotten.
  void end_round();
  // So much more is kept than was asked in the last round that another one is worth its cost.
  [[nodiscard]] bool wants_round() const { return entries_.size() > 2 * asked_ + kFew; }
  [[nodiscard]] size_t size() const { return entries_.size(); }

 private:
  static constexpr size_t kFew = 4096;
  std::unordered_map<std::string, Entry> entries_;
  uint64_t round_ = 0;
  size_t asked_ = 0;
};

}  // namespace solder::host::isolation

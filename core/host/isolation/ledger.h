// How much an instance in a process of its own has given that Solder keeps, by what it is: a source could put objects
// without end. Of the sessions' thread. Tested by tests/unit/host/isolation_ledger_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace solder::host::isolation {

class Ledger {
 public:
  explicit Ledger(size_t most) : most_(most) {}

  // Under the key there are `size` bytes now. False: that would be too much, and what was there before counts.
  bool put(const std::string& key, size_t size) {
    size += key.size() + kEach;
    const auto at = entries_.find(key);
    const size_t before = at == entries_.end() ? 0 : at->second.size;
    if (total_ - before + size > most_) return false;
    total_ += size - before;
    entries_[key] = {size, ++last_};
    return true;
  }
  void remove(const std::string& key) {
    const auto at = entries_.find(key);
    if (at == entries_.end()) return;
    total_ -= at->second.size;
    entries_.erase(at);
  }
  // A list of all whose keys begin so: with its end those go that were not put since its beginning.
  void begin_list(const std::string& prefix) { lists_[prefix] = last_; }
  void end_list(const std::string& prefix) {
    const auto list = lists_.find(prefix);
    if (list == lists_.end()) return;
    for (auto at = entries_.lower_bound(prefix); at != entries_.end() && at->first.starts_with(prefix);) {
      const auto here = at++;
      if (here->second.put > list->second) continue;
      total_ -= here->second.size;
      entries_.erase(here);
    }
    lists_.erase(list);
  }
  [[nodiscard]] size_t total() const { return total_; }

 private:
  static constexpr size_t kEach = 256;  // what keeping one costs
  struct Entry {
    size_t size;
    uint64_t put;
  };
  const size_t most_;
  size_t total_ = 0;
  uint64_t last_ = 0;
  std::map<std::string, Entry> entries_;
  std::map<std::string, uint64_t> lists_;
};

}  // namespace solder::host::isolation

// Results that several ask for within a short time: made by the first, kept for those who come next, as many as were
// used last, and gone once clear() is called. Any thread; one makes at a time, and who wants the same waits for it.
// Tested by tests/unit/xds/response_cache_test.cc and first_answers_test.cc.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <mutex>
#include <utility>

namespace solder::xds {

template <typename Key, typename Result>
class RecentResults {
 public:
  // What is known under the key, or what `make()` gives, which is kept where `keeps(result)`.
  template <typename Make, typename Keeps>
  Result get(const Key& key, const Make& make, const Keeps& keeps) {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const auto& one) { return one.first == key; });
    if (found != entries_.end()) {
      entries_.splice(entries_.begin(), entries_, found);
      return found->second;
    }
    Result result = make();
    if (!keeps(result)) return result;
    entries_.emplace_front(key, result);
    if (entries_.size() > kMostEntries) entries_.pop_back();
    return result;
  }

  void clear() {
    Entries gone;  // freed without the lock
    const std::lock_guard lock(mutex_);
    gone.swap(entries_);
  }

  [[nodiscard]] size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  static constexpr size_t kMostEntries = 8;
  using Entries = std::list<std::pair<Key, Result>>;

  mutable std::mutex mutex_;
  Entries entries_;  // the last used first
};

}  // namespace solder::xds

// Names that a client subscribes to. Many clients ask for the same, so equal lists are one object, and what a stream
// keeps of its own is how it differs from the list that it began with. Tested by tests/unit/xds/name_list_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace solder::xds {

// Sorted, each name once. Immutable; any thread.
class NameList {
 public:
  explicit NameList(std::vector<std::string> names);

  [[nodiscard]] bool contains(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};
using NameListPtr = std::shared_ptr<const NameList>;

// The lists that are in use. Any thread.
class NameLists {
 public:
  // A list of `names`, which may be in any order. The same object for the same sequence.
  NameListPtr intern(std::vector<std::string> names);
  [[nodiscard]] size_t size() const;

 private:
  struct Known {
    std::weak_ptr<const NameList> list;
    std::string first, last;  // of the sequence: with the hash and the size they tell it from others
    size_t count = 0;
  };
  void drop_unused();

  mutable std::mutex mutex_;
  std::unordered_map<uint64_t, Known> known_;  // by the hash of the sequence
  size_t drop_at_ = 64;
};

// A list and what was added to it and taken from it since. One thread.
class NameSet {
 public:
  void assign(NameListPtr base);
  // What it began with; null: nothing. All that there is, where nothing was inserted or erased since.
  [[nodiscard]] const NameListPtr& base() const { return base_; }
  [[nodiscard]] bool contains(const std::string& name) const;
  // False: it was there.
  bool insert(const std::string& name);
  // False: it was not there.
  bool erase(const std::string& name);
  // Calls `use(name)` for each, in no particular order.
  template <typename F>
  void each(F&& use) const {
    if (base_) {
      for (const auto& name : base_->names()) {
        if (removed_.empty() || removed_.count(name) == 0) use(name);
      }
    }
    for (const auto& name : added_) use(name);
  }

 private:
  [[nodiscard]] bool in_base(const std::string& name) const { return base_ && base_->contains(name); }

  NameListPtr base_;               // may be null
  std::set<std::string> added_;    // not in base_
  std::set<std::string> removed_;  // in base_
};

}  // namespace solder::xds

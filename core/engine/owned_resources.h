// A set of resources in which several owners may give one name: the first owner's counts, whatever came when.
// One thread. Tested by tests/unit/engine/owned_resources_test.cc.
#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/xds/resource_set.h"

namespace solder::engine {

template <typename Owner>
class OwnedResources {
 public:
  void put(const Owner& owner, xds::ResourcePtr resource) {
    Owners& owners = owners_[resource->name];
    const auto at = place_of(owner, owners);
    if (at == owners.end() || owner < at->first) {
      owners.insert(at, {owner, resource});
    } else {
      at->second = resource;
    }
    changed_.push_back(std::move(resource));
  }
  void drop(const Owner& owner, const std::string& name) {
    const auto named = owners_.find(name);
    if (named == owners_.end()) return;
    Owners& owners = named->second;
    const auto at = place_of(owner, owners);
    if (at == owners.end() || owner < at->first) return;
    changed_.push_back(std::move(at->second));
    owners.erase(at);
    if (owners.empty()) owners_.erase(named);
  }
  [[nodiscard]] const xds::ResourceSet& set() const {
    // From scratch where most is new: a set made at once costs less than one made one by one.
    if (changed_.size() > kFew && 2 * changed_.size() > owners_.size()) {
      std::vector<xds::ResourcePtr> all;
      all.reserve(owners_.size());
      for (const auto& [name, owners] : owners_) all.push_back(owners.front().second);
      set_ = xds::ResourceSet(std::move(all));
    } else {
      for (const auto& resource : changed_) show(resource->name);
    }
    changed_.clear();
    return set_;
  }

 private:
  static constexpr size_t kFew = 64;
  using Owners = std::vector<std::pair<Owner, xds::ResourcePtr>>;  // sorted, mostly one

  static typename Owners::iterator place_of(const Owner& owner, Owners& owners) {
    return std::lower_bound(owners.begin(), owners.end(), owner,
                            [](const auto& each, const Owner& wanted) { return each.first < wanted; });
  }

  void show(const std::string& name) const {
    const auto at = owners_.find(name);
    if (at == owners_.end()) {
      set_ = set_.without(name);
    } else if (set_.find(name) != at->second.front().second) {
      set_ = set_.with(at->second.front().second);
    }
  }

  std::unordered_map<std::string, Owners> owners_;
  // Brought up to date by set().
  mutable xds::ResourceSet set_;
  mutable std::vector<xds::ResourcePtr> changed_;  // one of each name
};

}  // namespace solder::engine

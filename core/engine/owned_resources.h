// A set of resources in which several owners may give one name: the first owner's counts, whatever came when.
// One thread. Tested by tests/unit/engine/owned_resources_test.cc.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/xds/resource_set.h"

namespace solder::engine {

template <typename Owner>
class OwnedResources {
 public:
  void put(const Owner& owner, xds::ResourcePtr resource) {
    const std::string name = resource->name;
    owners_[name][owner] = std::move(resource);
    changed_.push_back(name);
  }
  void drop(const Owner& owner, const std::string& name) {
    const auto at = owners_.find(name);
    if (at == owners_.end() || at->second.erase(owner) == 0) return;
    if (at->second.empty()) owners_.erase(at);
    changed_.push_back(name);
  }
  [[nodiscard]] const xds::ResourceSet& set() const {
    // From scratch where most is new: a set made at once costs less than one made one by one.
    if (changed_.size() > kFew && 2 * changed_.size() > owners_.size()) {
      std::vector<xds::ResourcePtr> all;
      all.reserve(owners_.size());
      for (const auto& [name, owners] : owners_) all.push_back(owners.begin()->second);
      set_ = xds::ResourceSet(std::move(all));
    } else {
      for (const auto& name : changed_) show(name);
    }
    changed_.clear();
    return set_;
  }

 private:
  static constexpr size_t kFew = 64;

  void show(const std::string& name) const {
    const auto at = owners_.find(name);
    if (at == owners_.end()) {
      set_ = set_.without(name);
    } else if (set_.find(name) != at->second.begin()->second) {
      set_ = set_.with(at->second.begin()->second);
    }
  }

  std::map<std::string, std::map<Owner, xds::ResourcePtr>> owners_;
  // Brought up to date by set().
  mutable xds::ResourceSet set_;
  mutable std::vector<std::string> changed_;
};

}  // namespace solder::engine

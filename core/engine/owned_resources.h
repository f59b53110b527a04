// A set of resources in which several owners may give one name: the first owner's counts, whatever came when.
// One thread. Tested by tests/unit/engine/owned_resources_test.cc.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "core/xds/resource_set.h"

namespace solder::engine {

template <typename Owner>
class OwnedResources {
 public:
  void put(const Owner& owner, xds::ResourcePtr resource) {
    const std::string name = resource->name;
    owners_[name][owner] = std::move(resource);
    show(name);
  }
  void drop(const Owner& owner, const std::string& name) {
    const auto at = owners_.find(name);
    if (at == owners_.end() || at->second.erase(owner) == 0) return;
    if (at->second.empty()) owners_.erase(at);
    show(name);
  }
  [[nodiscard]] const xds::ResourceSet& set() const { return set_; }

 private:
  void show(const std::string& name) {
    const auto at = owners_.find(name);
    if (at == owners_.end()) {
      set_ = set_.without(name);
    } else if (set_.find(name) != at->second.begin()->second) {
      set_ = set_.with(at->second.begin()->second);
    }
  }

  std::map<std::string, std::map<Owner, xds::ResourcePtr>> owners_;
  xds::ResourceSet set_;
};

}  // namespace solder::engine

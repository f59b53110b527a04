// Who owns which key. Two plugins that claim one key are told apart by the operator's choice, else by name, never by
// the order of files, so that every restart gives the same answer; the other keeps its other keys. Read-only once
// built. Tested by tests/unit/host/registry_test.cc and tests/plugin/claims_test.cc.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/host/manifest.h"

namespace solder::host {

// Under this scope a kind of objects stands with the plugin whose schema checks it; others read it all the same.
inline constexpr std::string_view kKindScope = "kind";

class Registry {
 public:
  using Key = std::pair<std::string, std::string>;  // scope, key

  struct Lost {
    std::string plugin;
    Key key;
    std::string owner;
    bool chosen;  // by the operator
  };

  // `key_owners`: "scope:key" → plugin name.
  Registry(const std::vector<const Manifest*>& manifests,
           const std::vector<std::pair<std::string, std::string>>& key_owners);

  // Index of the owner in `manifests`, or -1.
  [[nodiscard]] int owner(std::string_view scope, std::string_view key) const;
  [[nodiscard]] const std::map<Key, int, std::less<>>& owners() const { return owners_; }
  [[nodiscard]] const std::vector<Lost>& lost() const { return lost_; }
  // Choices of the operator that could not be followed, in words.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::map<Key, int, std::less<>> owners_;
  std::vector<Lost> lost_;
  std::vector<std::string> problems_;
};

}  // namespace solder::host

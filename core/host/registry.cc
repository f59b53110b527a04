#include "core/host/registry.h"

#include <algorithm>

namespace solder::host {

Registry::Registry(const std::vector<const Manifest*>& manifests,
                   const std::vector<std::pair<std::string, std::string>>& key_owners) {
  std::map<Key, std::vector<int>> claimers;
  for (size_t i = 0; i < manifests.size(); ++i) {
    for (const ManifestCapability& capability : manifests[i]->provides) {
      for (const ManifestClaim& claim : capability.claims)
        claimers[{claim.scope, claim.key}].push_back(static_cast<int>(i));
    }
    for (const ManifestKind& kind : manifests[i]->kinds) {
      claimers[{std::string(kKindScope), kind.kind}].push_back(static_cast<int>(i));
    }
  }
  const auto name = [&](int index) -> const std::string& { return manifests[static_cast<size_t>(index)]->name; };
  std::map<Key, std::string> choices;
  for (const auto& choice : key_owners) {
    const std::string& text = choice.first;
    const std::string& plugin = choice.second;
    const size_t colon = text.find(':');
    const Key key{text.substr(0, colon), colon == std::string::npos ? "" : text.substr(colon + 1)};
    const auto at = claimers.find(key);
    if (at == claimers.end() ||
        std::none_of(at->second.begin(), at->second.end(), [&](int i) { return name(i) == plugin; })) {
      problems_.push_back("the owner of key " + text + " should be " + plugin +
                          ", but no loaded plugin of that name claims it");
      continue;
    }
    choices[key] = plugin;
  }
  for (auto& [key, indices] : claimers) {
    std::sort(indices.begin(), indices.end(), [&](int a, int b) { return name(a) < name(b); });
    const auto choice = choices.find(key);
    int owner = indices.front();
    if (choice != choices.end()) {
      owner = *std::find_if(indices.begin(), indices.end(), [&](int i) { return name(i) == choice->second; });
    }
    owners_[key] = owner;
    for (int index : indices) {
      if (index != owner) lost_.push_back({name(index), key, name(owner), choice != choices.end()});
    }
  }
}

int Registry::owner(std::string_view scope, std::string_view key) const {
  const auto at = owners_.find(Key(scope, key));
  return at == owners_.end() ? -1 : at->second;
}

}  // namespace solder::host

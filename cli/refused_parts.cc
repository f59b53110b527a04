#include "cli/refused_parts.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace solder::cli {

namespace {

// The streams of one connection are one node, whatever services it uses; two Envoys of one id are two.
using Connection = std::pair<std::string, std::string>;  // node id, peer

struct Found {
  std::string words;
  std::set<std::string> resources;
  std::set<Connection> by;
};

bool has_any(const xds::Snapshot& snapshot, xds::ResourceType type, const std::set<std::string>& names) {
  const auto& set = snapshot.of(type);
  return std::any_of(names.begin(), names.end(), [&](const auto& name) { return set.find(name) != nullptr; }) ||
         (snapshot.scoped && has_any(*snapshot.scoped, type, names));
}

// Those that are served it, and those that refuse it: a newer snapshot may be without it already.
size_t count_served(const std::vector<xds::NodeRefuses>& nodes, const xds::SnapshotsByRole& served,
                    xds::ResourceType type, const Found& found) {
  std::set<Connection> connected = found.by;
  for (const auto& node : nodes) {
    const auto snapshot = served.find(node.role);
    if (snapshot != served.end() && snapshot->second && has_any(*snapshot->second, type, found.resources)) {
      connected.emplace(node.id, node.peer);
    }
  }
  return connected.size();
}

}  // namespace

std::vector<engine::RefusedPart> refused_parts(const std::vector<xds::NodeRefuses>& nodes,
                                               const xds::SnapshotsByRole& served) {
  std::map<std::pair<xds::ResourceType, std::string>, Found> all;
  for (const auto& node : nodes) {
    for (const auto& culprit : node.culprits) {
      auto& found = all[{culprit.type, culprit.name}];
      found.words = culprit.message;
      found.resources.insert(culprit.resources.begin(), culprit.resources.end());
      found.by.emplace(node.id, node.peer);
    }
  }
  std::vector<engine::RefusedPart> parts;
  for (const auto& [key, found] : all) {
    engine::RefusedPart part{key.first, key.second, found.words, {}, count_served(nodes, served, key.first, found)};
    for (const auto& [id, peer] : found.by) part.nodes.push_back(id);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace solder::cli

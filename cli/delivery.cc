#include "cli/delivery.h"

#include <algorithm>
#include <utility>

namespace solder::cli {

namespace {

using xds::ResourceType;

size_t at(ResourceType type) { return static_cast<size_t>(type); }

}  // namespace

std::string Delivered::text() const {
  return "acked by " + std::to_string(acked) + " of " + std::to_string(proxies) +
         (proxies == 1 ? " proxy" : " proxies");
}

Delivery::Delivery(const std::vector<xds::NodeStatus>& nodes, const engine::ServedPlaces* places) {
  std::map<std::pair<std::string, std::string>, Proxy> all;  // by node id and connection
  for (const auto& node : nodes) {
    Proxy& proxy = all[{node.id, node.peer}];
    proxy.role = node.role;
    for (size_t type = 0; type < xds::kResourceTypeCount; ++type) {
      proxy.asked[type] = proxy.asked[type] || node.asked[type];
      proxy.far_behind[type] = proxy.far_behind[type] || node.behind[type].size() >= xds::NodeStatus::kMostBehind;
      proxy.behind[type].insert(node.behind[type].begin(), node.behind[type].end());
    }
    for (const auto& culprit : node.culprits) proxy.refused[at(culprit.type)].insert(culprit.name);
  }
  for (auto& [connection, proxy] : all) proxies_.push_back(std::move(proxy));
  if (places != nullptr) places_ = places->all();
}

bool Delivery::took(const Proxy& proxy, ResourceType type, const std::string& name) {
  const size_t i = at(type);
  return proxy.asked[i] && !proxy.far_behind[i] && proxy.behind[i].count(name) == 0 &&
         proxy.refused[i].count(name) == 0;
}

bool Delivery::took_cluster(const Proxy& proxy, const std::string& name) {
  const size_t endpoints = at(ResourceType::kEndpoint);
  return took(proxy, ResourceType::kCluster, name) &&
         (!proxy.asked[endpoints] || took(proxy, ResourceType::kEndpoint, name));
}

bool Delivery::took_place(const Proxy& proxy, const model::ObjectRef& object, const engine::ServedPlace& place) {
  if (object.kind == "Gateway") return took(proxy, ResourceType::kListener, place.resource);
  const bool refused = proxy.refused[at(ResourceType::kRoute)].count(place.part) != 0 ||
                       proxy.refused[at(ResourceType::kScopedRoute)].count(place.part) != 0;
  const bool asked = proxy.asked[at(ResourceType::kRoute)] || proxy.asked[at(ResourceType::kScopedRoute)];
  if (refused || !asked) return false;
  const auto took_all = [&](ResourceType type, const std::vector<std::string>& names) {
    return !proxy.asked[at(type)] ||
           std::all_of(names.begin(), names.end(), [&](const auto& name) { return took(proxy, type, name); });
  };
  // A virtual host that a proxy did not ask for yet is none that it is behind with.
  return took_all(ResourceType::kRoute, {place.resource}) && took_all(ResourceType::kScopedRoute, place.scopes) &&
         took_all(ResourceType::kVirtualHost, place.hosts);
}

std::optional<Delivered> Delivery::of(const model::ObjectRef& object) const {
  Delivered out;
  if (object.kind == "Upstream") {
    const std::string name = engine::served_cluster(object);
    for (const auto& proxy : proxies_) {
      ++out.proxies;
      out.acked += took_cluster(proxy, name) ? 1 : 0;
    }
    return out;
  }
  const auto found = places_.find(object);
  if (found == places_.end()) return std::nullopt;
  for (const auto& proxy : proxies_) {
    bool served = false;
    bool all = true;
    for (const auto& place : found->second) {
      if (place.role != proxy.role) continue;
      served = true;
      all = all && took_place(proxy, object, place);
    }
    if (!served) continue;
    ++out.proxies;
    out.acked += all ? 1 : 0;
  }
  return out;
}

}  // namespace solder::cli

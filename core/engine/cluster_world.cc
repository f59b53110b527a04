#include "core/engine/cluster_world.h"

#include "core/base/hash.h"
#include "core/engine/translation.h"

namespace solder::engine {

void ClusterWorld::set_cluster(const model::ObjectRef& upstream, const ClusterPtr& cluster) {
  if (!cluster || !cluster->cluster || !cluster->endpoints_apart) drop_endpoints(upstream);
  const auto before = clusters_.find(upstream);
  if (before != clusters_.end()) {
    if (before->second == cluster) return;
    take_away(upstream, *before->second);
    clusters_.erase(before);
  }
  if (!cluster || !cluster->cluster) return;
  add(upstream, *cluster);
  clusters_.emplace(upstream, cluster);
}

void ClusterWorld::add(const model::ObjectRef& upstream, const ClusterResult& cluster) {
  by_upstream_[xds::ResourceType::kCluster].put(upstream, cluster.cluster);
  if (cluster.endpoints) by_upstream_[xds::ResourceType::kEndpoint].put(upstream, cluster.endpoints);
  for (const ExtraResource& extra : cluster.resources) by_upstream_[extra.type].put(upstream, extra.resource);
  for (const SecretUse& use : cluster.secrets) {
    const std::string key = encode_secret_use(use);
    Secret& secret = secrets_[key];
    secret.type = resource_type(use.form);
    if (use.form == SecretForm::kGoogleIdToken) token_uses_.emplace(key, use);
    if (secret.users++ == 0) use_changes_.come.push_back(key);
  }
}

void ClusterWorld::take_away(const model::ObjectRef& upstream, const ClusterResult& cluster) {
  by_upstream_[xds::ResourceType::kCluster].drop(upstream, cluster.cluster->name);
  if (cluster.endpoints) by_upstream_[xds::ResourceType::kEndpoint].drop(upstream, cluster.endpoints->name);
  for (const ExtraResource& extra : cluster.resources) by_upstream_[extra.type].drop(upstream, extra.name);
  for (const SecretUse& use : cluster.secrets) {
    const std::string key = encode_secret_use(use);
    const auto secret = secrets_.find(key);
    if (--secret->second.users > 0) continue;
    if (secret->second.resource) by_use_[secret->second.type].drop(key, secret->second.resource->name);
    secrets_.erase(secret);
    token_uses_.erase(key);
    use_changes_.gone.push_back(key);
  }
}

void ClusterWorld::set_endpoints(const model::ObjectRef& upstream,
                                 const std::shared_ptr<const EndpointsResult>& endpoints) {
  const auto cluster = clusters_.find(upstream);
  if (!endpoints || endpoints->failed || cluster == clusters_.end() || !cluster->second->endpoints_apart) return;
  drop_endpoints(upstream);
  by_upstream_[xds::ResourceType::kEndpoint].put(upstream, endpoints->resource);
  endpoints_[upstream] = endpoints->resource;
}

void ClusterWorld::drop_endpoints(const model::ObjectRef& upstream) {
  const auto at = endpoints_.find(upstream);
  if (at == endpoints_.end()) return;
  by_upstream_[xds::ResourceType::kEndpoint].drop(upstream, at->second->name);
  endpoints_.erase(at);
}

void ClusterWorld::set_secret(const std::string& use, const xds::ResourcePtr& secret) {
  const auto at = secrets_.find(use);
  if (at == secrets_.end() || at->second.resource == secret) return;
  auto& resources = by_use_[at->second.type];
  if (at->second.resource) resources.drop(use, at->second.resource->name);
  at->second.resource = secret;
  if (secret) resources.put(use, secret);
}

std::shared_ptr<const ClusterSetResult> ClusterWorld::result() const {
  auto result = std::make_shared<ClusterSetResult>();
  for (const auto& [type, resources] : by_upstream_) result->types[static_cast<size_t>(type)] = resources.set();
  for (const auto& [type, resources] : by_use_) {
    auto& all = result->types[static_cast<size_t>(type)];
    if (all.empty()) {
      all = resources.set();
    } else {
      for (const auto& resource : resources.set()) all = all.with(resource);
    }
  }
  for (const auto& type : result->types) result->hash = base::hash_combine(result->hash, type.hash());
  return result;
}

}  // namespace solder::engine

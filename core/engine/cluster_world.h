// All clusters of the world with what they need beside them, kept up to date one cluster at a time: every Upstream
// gives a cluster, used or not, and there are many. One thread. Tested by tests/unit/engine/engine_test.cc and
// property_test.cc.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/engine/owned_resources.h"
#include "core/engine/ref_hash.h"
#include "core/engine/results.h"

namespace solder::engine {

class ClusterWorld {
 public:
  using ClusterPtr = std::shared_ptr<const ClusterResult>;

  // Null: the upstream is gone.
  void set_cluster(const model::ObjectRef& upstream, const ClusterPtr& cluster);
  // The endpoints of a cluster that has them apart. Null, or not to be made: what was there stays until the cluster
  // goes.
  void set_endpoints(const model::ObjectRef& upstream, const std::shared_ptr<const EndpointsResult>& endpoints);
  // A secret that clusters use, by encode_secret_use(); null: it cannot be served.
  void set_secret(const std::string& use, const xds::ResourcePtr& secret);

  // The secret uses that came and went since the last call.
  struct UseChanges {
    std::vector<std::string> come, gone;
  };
  UseChanges take_use_changes() { return std::exchange(use_changes_, {}); }
  [[nodiscard]] bool uses(const std::string& use) const { return secrets_.count(use) != 0; }

  // Those of the form kGoogleIdToken, by encode_secret_use().
  [[nodiscard]] const std::map<std::string, SecretUse>& token_uses() const { return token_uses_; }

  // What all proxies are served of it.
  [[nodiscard]] std::shared_ptr<const ClusterSetResult> result() const;

 private:
  struct Secret {
    size_t users = 0;
    xds::ResourceType type = xds::ResourceType::kSecret;
    xds::ResourcePtr resource;
  };

  void add(const model::ObjectRef& upstream, const ClusterResult& cluster);
  void drop_endpoints(const model::ObjectRef& upstream);
  void take_away(const model::ObjectRef& upstream, const ClusterResult& cluster);

  std::unordered_map<model::ObjectRef, ClusterPtr, RefHash> clusters_;
  std::unordered_map<model::ObjectRef, xds::ResourcePtr, RefHash> endpoints_;  // of clusters that have them apart
  std::map<std::string, Secret> secrets_;                                      // by use
  std::map<std::string, SecretUse> token_uses_;
  UseChanges use_changes_;
  std::map<xds::ResourceType, OwnedResources<model::ObjectRef>> by_upstream_;  // clusters, endpoints, plugins' own
  std::map<xds::ResourceType, OwnedResources<std::string>> by_use_;            // what holds secrets
};

}  // namespace solder::engine

#include "core/engine/cluster_update.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace solder::engine {

namespace {

void update_secrets(Translation& translation, ClusterWorld& clusters) {
  const auto uses = clusters.take_use_changes();
  for (const auto& use : uses.gone) {
    if (!clusters.uses(use)) translation.secret_resources.unroot(use);
  }
  for (const auto& use : uses.come) {
    if (clusters.uses(use)) clusters.set_secret(use, translation.secret_resources.root(use)->resource);
  }
  for (const auto& use : translation.secret_resources.take_touched()) {
    const auto secret = translation.secret_resources.peek(use);
    clusters.set_secret(use, secret ? secret->resource : nullptr);
  }
}

}  // namespace

void update_clusters(Translation& translation, const VisibleWorld& world, ClusterWorld& clusters, DiagnosticBook& book,
                     Touched& touched) {
  auto refs = translation.clusters.take_touched();
  for (const auto& ref : refs) {
    const auto cluster = world.sees(ref) ? translation.clusters.peek(ref) : nullptr;
    clusters.set_cluster(ref, cluster);
    book.set("cluster", ref, cluster ? cluster->diagnostics : model::Diagnostics());
    if (cluster && cluster->cluster && cluster->endpoints_apart) {
      translation.endpoints.root(ref);
    } else {
      translation.endpoints.unroot(ref);
    }
  }
  std::move(refs.begin(), refs.end(), std::back_inserter(touched.objects));
  for (const auto& ref : translation.endpoints.take_touched()) {
    const auto endpoints = world.sees(ref) ? translation.endpoints.peek(ref) : nullptr;
    clusters.set_endpoints(ref, endpoints);
    book.set("endpoints", ref, endpoints ? endpoints->diagnostics : model::Diagnostics());
  }
  update_secrets(translation, clusters);
  auto result = clusters.result();
  const uint64_t hash = result->hash;
  translation.cluster_set.set(0, std::move(result), hash);
}

}  // namespace solder::engine

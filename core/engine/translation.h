// The steps of translation as memoized families over one graph: which exist, and what each reads. The step itself
// stands in the file of its name (cluster.cc, virtual_service.cc, ...). Data flows one way:
//   objects → settings, secrets → derived objects → clusters → endpoints, destinations, route tables → routes → virtual
//   services → gateway plans → route configurations, listeners → snapshot (engine.cc).
// One thread. Tested by tests/unit/engine and tests/golden.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/hash.h"
#include "core/config/schema_catalog.h"
#include "core/engine/gateway_plan.h"
#include "core/engine/graph.h"
#include "core/engine/host_selection.h"
#include "core/engine/merge.h"
#include "core/engine/plugin_turn.h"
#include "core/engine/ref_hash.h"
#include "core/engine/results.h"
#include "core/engine/route_branch.h"
#include "core/engine/table_index.h"
#include "core/engine/text_memo.h"
#include "core/host/plugin_set.h"
#include "core/host/services/id_tokens.h"
#include "core/model/object.h"
#include "core/services/message_types.h"

namespace solder::engine {

struct RefList {
  std::vector<model::ObjectRef> refs;  // sorted
};

// Runs of objects, by what names them: service_runs.h.
struct RunList {
  std::vector<uint64_t> ids;
};

// Field path → origin of one resource, recorded only on request.
using ProvenanceList = std::vector<std::pair<std::string, Origin>>;

// Gloo writes the gateway and the proxy into the names of routes that have a name. `gateway` is "<gateway>_<proxy>"
// where a virtual service with such routes is translated for one, and empty for the translation that decides everything
// else.
struct VirtualServiceKey {
  model::ObjectRef ref;
  std::string gateway;

  auto operator<=>(const VirtualServiceKey&) const = default;
};

// A part of a route (results.h) by its content. `action` is the SOLDER_ACTION number where the part depends on it.
struct RoutePartKey {
  std::string ns;
  uint32_t action = 0;
  uint64_t text_hash = 0;

  auto operator<=>(const RoutePartKey&) const = default;
};

// A route by its content: the same in whatever place. `owner` is the VirtualService or RouteTable that it stands in.
struct RouteKey {
  model::ObjectRef owner;
  uint64_t text_hash = 0;

  auto operator<=>(const RouteKey&) const = default;
};

// A run of a virtual service's routes, by their content.
struct RouteRunKey {
  VirtualServiceKey service;
  size_t first = 0;
  uint64_t source_hash = 0;

  auto operator<=>(const RouteRunKey&) const = default;
};

// A part of a gateway, by its place in the plan.
struct GatewayPartKey {
  model::ObjectRef gateway;
  size_t part = 0;

  auto operator<=>(const GatewayPartKey&) const = default;
};

// A run of the virtual hosts of a gateway's part, by what it holds: one that stands in another plan as well is the
// same.
struct HostRunKey {
  GatewayPartKey part;
  uint64_t run = 0;  // PlannedRun's hash

  auto operator<=>(const HostRunKey&) const = default;
};

template <>
struct KeyHash<model::ObjectRef> : RefHash {};
template <>
struct KeyHash<host::Selector> {
  size_t operator()(const host::Selector& key) const {
    return base::hash_combine(base::hash_combine(base::hash_bytes(key.kind), base::hash_bytes(key.ns)),
                              base::hash_combine(base::hash_bytes(key.field), base::hash_bytes(key.value)));
  }
};
template <>
struct KeyHash<VirtualServiceKey> {
  size_t operator()(const VirtualServiceKey& key) const {
    return base::hash_combine(KeyHash<model::ObjectRef>()(key.ref), base::hash_bytes(key.gateway));
  }
};
template <>
struct KeyHash<RoutePartKey> {
  size_t operator()(const RoutePartKey& key) const { return key.text_hash + key.action; }
};
template <>
struct KeyHash<RouteKey> {
  size_t operator()(const RouteKey& key) const {
    return base::hash_combine(KeyHash<model::ObjectRef>()(key.owner), key.text_hash);
  }
};
template <>
struct KeyHash<TableSizeKey> {
  size_t operator()(const TableSizeKey& key) const { return KeyHash<model::ObjectRef>()(key.table) + key.levels; }
};
template <>
struct KeyHash<RouteBranchKey> {
  size_t operator()(const RouteBranchKey& key) const {
    return base::hash_combine(KeyHash<model::ObjectRef>()(key.table), key.source_hash);
  }
};
template <>
struct KeyHash<RouteRunKey> {
  size_t operator()(const RouteRunKey& key) const { return key.source_hash + key.first; }
};
template <>
struct KeyHash<GatewayPartKey> {
  size_t operator()(const GatewayPartKey& key) const {
    return base::hash_combine(KeyHash<model::ObjectRef>()(key.gateway), key.part);
  }
};
template <>
struct KeyHash<HostRunKey> {
  size_t operator()(const HostRunKey& key) const { return key.run + key.part.part; }
};

inline constexpr size_t kNeverScoped = std::numeric_limits<size_t>::max();

// Who owns a key: one generation of one plugin.
struct KeyOwner {
  host::Plugin* plugin = nullptr;
};

struct Translation {
  Translation(const services::MessageTypes& types, host::PluginSet& plugins, config::SchemaCatalogPtr catalog);

  // From now on these. Whatever used a key, a schema or a kind that is another one now runs again. The set must outlive
  // the translation or the next call.
  void use_plugins(host::PluginSet& plugins, config::SchemaCatalogPtr catalog);

  // The version that may serve in place of a newer one; null: there is none.
  void set_last_good(const model::ObjectRef& ref, const model::ObjectPtr& object);

  // How many cells would have to run again at once with these.
  [[nodiscard]] size_t reach(host::PluginSet& plugins, const config::SchemaCatalog& catalog) const;

  // From now on the families record what is touched.
  void record_touched();

  const services::MessageTypes& types;
  host::PluginSet* plugins;
  config::SchemaCatalogPtr catalog;

  // Routes of one gateway part above which they are served as scopes: route_layout.h. Set before anything is computed.
  size_t scoped_above = kNeverScoped;
  // Scopes without their routes, which a client asks for when a request needs them: scoped_routes.h. Likewise.
  bool scopes_on_demand = false;
  // Virtual hosts that a client asks for one by one, instead of scopes: virtual_hosts.h. Likewise.
  bool virtual_hosts_on_demand = false;

  PluginTurns plugin_turns;
  Graph graph;
  // Inputs: the world as the sources tell it, and the last good versions.
  Inputs<model::ObjectRef, model::Object> objects;
  Inputs<std::string, RefList> kinds;      // kind → what there is of it
  Inputs<host::Selector, RefList> lists;   // by declared index; kept by ObjectIndex
  Inputs<int, RunList> service_list;       // one key: 0; all virtual services, in runs; kept by ServiceRuns
  Inputs<uint64_t, RefList> service_runs;  // by run
  TableIndex table_index;                  // between two translations kept by the world
  Inputs<TableGroup, TableGroupVersion> table_group_versions;  // kept by TableIndex
  Inputs<model::ObjectRef, model::Object> last_good;
  // The plugins: who owns "scope:key", what its schema says ("scope:" and "defaults:" too: schema_catalog.h), and which
  // kinds of objects they read. Kept by use_plugins().
  Inputs<std::string, KeyOwner> owners;
  Inputs<std::string, uint64_t> schemas;
  Inputs<std::string, host::ObjectKind> object_kinds;
  Inputs<int, ClusterSetResult> cluster_set;  // one key: 0; kept by ClusterWorld from `clusters`

  Memo<int, SettingsResult> settings;  // one key: 0
  Memo<model::ObjectRef, SecretResult> secrets;
  Memo<std::string, ResourceResult> secret_resources;  // key: encode_secret_use()
  Memo<model::ObjectRef, PluginKindResult> plugin_kinds;
  Memo<model::ObjectRef, DerivedResult> derived;  // by source
  Memo<model::ObjectRef, ClusterResult> clusters;
  Memo<model::ObjectRef, EndpointsResult> endpoints;
  Memo<model::ObjectRef, DestinationResult> destinations;
  Memo<TableGroup, TableGroupMembers> table_groups;
  Memo<model::ObjectRef, RouteTableResult> route_tables;
  Memo<model::ObjectRef, RouteTableSummary> table_summaries;
  Memo<model::ObjectRef, OptionsObjectResult> options_objects;
  Memo<model::ObjectRef, AttachedOptionsResult> attached_options;
  Memo<model::ObjectRef, UpstreamGroupResult> upstream_groups;
  Memo<RouteKey, RouteOutlineResult> outlines;
  TextMemo<RoutePartKey, RouteMatchResult> route_matches;
  TextMemo<RoutePartKey, RouteOptionsResult> route_options;
  TextMemo<RoutePartKey, RouteBodyResult> route_bodies;
  Memo<TableSizeKey, TableSize> table_sizes;
  Memo<RouteBranchKey, RouteBranchResult> route_branches;
  Memo<RouteRunKey, RouteRunResult> route_runs;
  Memo<VirtualServiceKey, VirtualServiceResult> virtual_services;
  Memo<model::ObjectRef, VirtualServiceSummary> summaries;
  Memo<model::ObjectRef, VirtualServiceFilters> filters;
  Memo<model::ObjectRef, VirtualServiceChain> chains;
  Memo<model::ObjectRef, MatchableGatewayResult> matchable_gateways;
  Memo<SelectedRunKey, SelectedRun> selected_runs;
  Memo<model::ObjectRef, GatewayPlan> plans;
  Memo<HostRunKey, HostNeeds> host_needs;
  Memo<HostRunKey, HostRunResult> host_runs;
  Memo<GatewayPartKey, ResourceResult> route_configurations;
  Memo<GatewayPartKey, RouteLayoutResult> layouts;
  Memo<HostRunKey, HostScopesResult> host_scopes;
  Memo<GatewayPartKey, ScopeSetResult> scope_sets;
  Memo<model::ObjectRef, ListenerResult> listeners;
  Memo<std::string, ProxyResult> proxies;             // by proxy name: "gateway-proxy"
  Inputs<std::string, host::IdTokenState> id_tokens;  // by the use, encode_secret_use(); kept by TokenBook

 private:
  // The names that were set by the last use_plugins().
  std::set<std::string> owned_, marked_, kinds_read_;
};

// One step each. `provenance` may be null; where it is given, nothing is memoized by the caller.
std::shared_ptr<const SettingsResult> build_settings(Translation& t, Reader& reader);
std::shared_ptr<const SecretResult> build_secret(Translation& t, Reader& reader, const model::ObjectRef& ref);
std::shared_ptr<const ResourceResult> build_secret_resource(Translation& t, Reader& reader, const std::string& key);
std::shared_ptr<const PluginKindResult> build_plugin_kind(Translation& t, Reader& reader, const model::ObjectRef& ref);
std::shared_ptr<const DerivedResult> build_derived(Translation& t, Reader& reader, const model::ObjectRef& source);
std::shared_ptr<const ClusterResult> build_cluster(Translation& t, Reader& reader, const model::ObjectRef& ref,
                                                   ProvenanceList* provenance = nullptr);
std::shared_ptr<const EndpointsResult> build_endpoints(Translation& t, Reader& reader,
                                                       const model::ObjectRef& upstream);
std::shared_ptr<const DestinationResult> build_destination(Translation& t, Reader& reader, const model::ObjectRef& ref);
std::shared_ptr<const RouteTableResult> build_route_table(Translation& t, Reader& reader, const model::ObjectRef& ref);
std::shared_ptr<const RouteTableSummary> summarize(const RouteTableResult& table);
std::shared_ptr<const AttachedOptionsResult> build_attached_options(Translation& t, Reader& reader,
                                                                    const model::ObjectRef& ref);
std::shared_ptr<const OptionsObjectResult> build_options_object(Translation& t, Reader& reader,
                                                                const model::ObjectRef& ref);
std::shared_ptr<const UpstreamGroupResult> build_upstream_group(Translation& t, Reader& reader,
                                                                const model::ObjectRef& ref);
std::shared_ptr<const RouteOutlineResult> build_outline(Translation& t, Reader& reader, const model::ObjectRef& owner,
                                                        std::shared_ptr<const std::string> text);
// The parts of a route, from texts that config::split_route() gave; a body's is body_text().
std::shared_ptr<RouteMatchResult> build_route_match(Translation& t, Reader& reader, const RoutePartKey& key,
                                                    const std::string& text);
std::shared_ptr<RouteOptionsResult> build_route_options(Translation& t, Reader& reader, const RoutePartKey& key,
                                                        const std::string& text);
std::shared_ptr<RouteBodyResult> build_route_body(Translation& t, Reader& reader, const RoutePartKey& key,
                                                  const std::string& text, ProvenanceList* provenance = nullptr);
std::shared_ptr<const TableSize> build_table_size(Translation& t, Reader& reader, const TableSizeKey& key);
std::shared_ptr<const RouteBranchResult> build_route_branch(Translation& t, Reader& reader,
                                                            const model::ObjectRef& table,
                                                            std::shared_ptr<const RouteBranchSource> source);
std::shared_ptr<const RouteRunResult> build_route_run(Translation& t, Reader& reader,
                                                      std::shared_ptr<const RouteRunSource> source);
std::shared_ptr<const VirtualServiceResult> build_virtual_service(Translation& t, Reader& reader,
                                                                  const VirtualServiceKey& key,
                                                                  ProvenanceList* provenance = nullptr);
// The parts of a virtual service that only some readers need, so that the others are not run for a change of the rest.
std::shared_ptr<const VirtualServiceSummary> summarize(const VirtualServiceResult& result);
std::shared_ptr<const VirtualServiceFilters> filters_of(const VirtualServiceResult& result);
std::shared_ptr<const VirtualServiceChain> chain_of(const VirtualServiceResult& result);
std::shared_ptr<const MatchableGatewayResult> build_matchable_gateway(Translation& t, Reader& reader,
                                                                      const model::ObjectRef& ref);
std::shared_ptr<const GatewayPlan> build_gateway_plan(Translation& t, Reader& reader, const model::ObjectRef& ref);
// Of a run of hosts: read by read_host_run() and its like (host_run.h).
std::shared_ptr<const HostNeeds> build_host_needs(Translation& t, Reader& reader, const PlannedRunPtr& run);
std::shared_ptr<const HostRunResult> build_host_run(Translation& t, Reader& reader, const PlannedRunPtr& run);
std::shared_ptr<const HostScopesResult> build_host_scopes(Translation& t, Reader& reader, const GatewayPartKey& part,
                                                          const PlannedRunPtr& run);
std::shared_ptr<const ResourceResult> build_route_configuration(Translation& t, Reader& reader,
                                                                const GatewayPartKey& key);
std::shared_ptr<const RouteLayoutResult> build_route_layout(Translation& t, Reader& reader, const GatewayPartKey& key);
std::shared_ptr<const ScopeSetResult> build_scope_set(Translation& t, Reader& reader, const GatewayPartKey& key);
std::shared_ptr<const ListenerResult> build_listener(Translation& t, Reader& reader, const model::ObjectRef& gateway,
                                                     ProvenanceList* provenance = nullptr);
std::shared_ptr<const ProxyResult> build_proxy(Translation& t, Reader& reader, const std::string& proxy);

// From its own cell, made now where there is none.
std::shared_ptr<const RouteOutlineResult> read_outline(Translation& t, Reader& reader, const model::ObjectRef& owner,
                                                       const std::shared_ptr<const std::string>& text);

// A secret use as a key of secret_resources, and back.
std::string encode_secret_use(const SecretUse& use);
SecretUse decode_secret_use(const std::string& key);
// Of what type the resource is that such a use makes.
inline xds::ResourceType resource_type(SecretForm form) {
  return form == SecretForm::kFilled ? xds::ResourceType::kExtensionConfig : xds::ResourceType::kSecret;
}

// The name of an upstream's cluster in Envoy: "<name>_<namespace>".
std::string cluster_name(const model::ObjectRef& upstream);

}  // namespace solder::engine

// What the memoized steps of translation give. Each has a hash over what its readers can see; diagnostics are not part
// of it: they are collected from the cells, and reading them is nobody's dependency.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/sequence_hash.h"
#include "core/engine/fragment.h"
#include "core/model/diagnostic.h"
#include "core/model/gateway.h"
#include "core/model/route_table.h"
#include "core/model/settings.h"
#include "core/xds/snapshot.h"

namespace solder::engine {

struct SettingsResult {
  uint64_t hash = 0;
  model::Settings settings;
  std::vector<std::vector<Fragment>> fragments;  // what plugins make of their keys, for every HTTP part
  bool ok = true;
  model::Diagnostics diagnostics;
};

// A Secret as its users see it. Values only go into SDS resources.
struct SecretResult {
  uint64_t hash = 0;
  bool present = false;
  bool ok = false;  // the current version is good
  std::string type;
  std::map<std::string, std::string> data;
  std::string shape_json;  // what a plugin's lookup sees: kinds/options.h
  model::Diagnostics diagnostics;
};

// An object of a kind that a plugin's manifest lists, as plugins read it.
struct PluginKindResult {
  uint64_t hash = 0;
  bool ok = false;                          // the current version passes the schema
  std::shared_ptr<const std::string> json;  // of the current or the last good version; null: there is none
  model::Diagnostics diagnostics;
};

// What plugins derive from one object.
struct DerivedResult {
  uint64_t hash = 0;
  std::vector<model::ObjectPtr> objects;  // sorted by ref
  model::Diagnostics diagnostics;
};

struct ResourceResult {
  uint64_t hash = 0;
  xds::ResourcePtr resource;  // null: cannot be served
  model::Diagnostics diagnostics;
};

// A resource of its own that a plugin asked for (slot resource/<name>).
struct ExtraResource {
  xds::ResourceType type;
  std::string name;
  xds::ResourcePtr resource;
  Origin origin;
};

struct ClusterResult {
  uint64_t hash = 0;
  bool ok = false;               // the current version translates
  bool readable = false;         // the current or the last good version decodes
  xds::ResourcePtr cluster;      // of the current or the last good version; null: nothing to serve
  xds::ResourcePtr endpoints;    // of EDS clusters whose type has no step of its own for them
  bool endpoints_apart = false;  // the type has one: EndpointsResult
  std::string assignment;        // then: what is known of the assignment without it
  std::string spec_json;         // likewise
  std::string name;
  std::string type;  // "static"
  std::string type_json;
  std::vector<SecretUse> secrets;
  std::vector<ExtraResource> resources;
  model::Diagnostics diagnostics;
};

// The assignment of an EDS cluster by itself.
struct EndpointsResult {
  uint64_t hash = 0;
  xds::ResourcePtr resource;  // null: none, or it could not be made
  bool failed = false;        // it could not be made: what was there before stays
  model::Diagnostics diagnostics;
};

// What a route needs to know of an upstream.
struct DestinationResult {
  uint64_t hash = 0;
  bool present = false;
  std::string cluster_name;
  std::string type;
  std::string type_json;
};

// A filter that something on a listener needs.
struct FilterNeed {
  std::string stage;
  Fragment fragment;
};
uint64_t hash_filters(const std::vector<FilterNeed>& needs);

// A RouteTable: its routes as texts, of the current or the last good version.
struct RouteTableResult {
  uint64_t hash = 0;
  bool present = false;
  bool ok = false;       // the current version is good by itself
  bool serving = false;  // it or the last good one can be used
  int32_t weight = 0;
  std::map<std::string, std::string> labels;
  std::vector<std::shared_ptr<const std::string>> routes;
  model::Diagnostics diagnostics;
};

// The part of it that decides who selects it.
struct RouteTableSummary {
  uint64_t hash = 0;
  bool present = false;
  int32_t weight = 0;
  std::map<std::string, std::string> labels;
};

// What delegation asks of a route, and what is wrong with the route's form.
struct RouteOutlineResult {
  uint64_t hash = 0;
  std::shared_ptr<const std::string> text;
  std::optional<model::RouteOutline> outline;  // none: a diagnostic says why
  model::Diagnostics diagnostics;              // fields below the route
};

// The options of a RouteOption or VirtualHostOption, of the current or the last good version.
struct OptionsObjectResult {
  uint64_t hash = 0;
  bool present = false;
  bool ok = false;
  bool serving = false;
  std::string json = "{}";
  model::Diagnostics diagnostics;
};

// A ListenerOption or HttpListenerOption, of the current or the last good version.
struct AttachedOptionsResult {
  uint64_t hash = 0;
  bool present = false;
  bool ok = false;
  bool serving = false;
  model::AttachedOptions attached;
  model::Diagnostics diagnostics;
};

struct UpstreamGroupResult {
  uint64_t hash = 0;
  bool present = false;
  bool ok = false;
  bool serving = false;
  std::vector<model::WeightedDestination> destinations;
  model::Diagnostics diagnostics;
};

// The parts of a route. They say nothing of where the route stands, so that all routes of a namespace that say the same
// share them: objects of the kind kRouteKind in diagnostics and origins are whatever object holds the route, and fields
// are those below it.
inline constexpr const char* kRouteKind = "Route";

// What every part has. `hash` is over everything but the text, diagnostics included: the virtual service passes those
// on, so it has to run again where only they are new.
struct RoutePartResult {
  uint64_t hash = 0;
  std::shared_ptr<const std::string> text;  // what it was made of
  bool refused = false;                     // its form is at fault, and with it the object that holds it
  bool bad = false;                         // it cannot be used, which costs the route alone
  model::Diagnostics diagnostics;
};

// What a route asks of a request: each matcher makes one Envoy route.
struct RouteMatchResult : RoutePartResult {
  std::vector<std::string> matches;  // RouteMatch bytes
};

// A route's options: what plugins made of them, and that merged where nothing else joins in.
struct RouteOptionsResult : RoutePartResult {
  std::vector<Fragment> fragments;
  std::string action;                 // RouteAction or RedirectAction bytes
  std::vector<int> action_fields;     // the numbers of those that `action` sets, with those of the same oneof
  std::string route;                  // Route bytes without match, name and action
  model::Diagnostics merge_problems;  // those of the merge, as `diagnostics` are those of before
  bool merge_bad = false;
  std::vector<FilterNeed> filters;
  std::vector<ExtraResource> resources;
};

// All but the match and the name.
struct RouteBodyResult : RoutePartResult {
  std::string rest;            // Route bytes
  bool leads_nowhere = false;  // none of its upstreams is there
  bool chosen_first = false;   // Envoy has to know the route before it makes the filters: route_layout.h
  std::vector<FilterNeed> filters;
  std::vector<ExtraResource> resources;
};

// Routes as they stand in their virtual host.
struct RouteList {
  base::Bytes bytes;  // VirtualHost.routes fields
  uint64_t bytes_hash = 0;
  size_t count = 0;
  bool named = false;         // some route's name depends on the gateway
  bool chosen_first = false;  // as in RouteBodyResult, for some route
  std::vector<FilterNeed> filters;
  std::vector<ExtraResource> resources;
  model::Diagnostics diagnostics;
};

// Some routes of a virtual service, so that a changed one costs its run and the number of runs.
struct RouteRunSource;
struct RouteRunResult {
  uint64_t hash = 0;
  std::shared_ptr<const RouteRunSource> source;
  RouteList list;
};

// The TLS part of a virtual service: one filter chain, to be shared with equal ones.
struct ChainPart {
  std::vector<std::string> server_names;
  std::string filter_chain;      // FilterChain bytes without the server names
  std::string transport_socket;  // TransportSocket bytes
  std::string listener;          // Listener bytes that the chain asks for
  std::vector<SecretUse> secrets;
  uint64_t hash = 0;  // over all but the server names
};

struct VirtualServiceResult {
  uint64_t hash = 0;
  bool present = false;
  bool ok = false;       // the current version translates without an error of the whole
  bool serving = false;  // the current or the last good version can be served
  std::string name;      // of the virtual host
  std::vector<std::string> domains;
  std::string domains_path;
  bool has_ssl = false;
  std::map<std::string, std::string> labels;
  std::string ns;
  std::string host;    // VirtualHost bytes without domains and routes
  base::Bytes routes;  // VirtualHost.routes, tagged
  uint64_t routes_hash = 0;
  size_t route_count = 0;
  bool named_routes = false;  // the routes' names depend on the gateway
  bool chosen_first = false;  // as in RouteBodyResult, for some route
  std::vector<FilterNeed> filters;
  std::optional<ChainPart> chain;
  model::OptionSet tls;  // what the chain was made of
  std::vector<ExtraResource> resources;
  model::Diagnostics diagnostics;
};

// The part of it that decides which gateway takes it.
struct VirtualServiceSummary {
  uint64_t hash = 0;
  bool present = false;
  bool serving = false;
  std::vector<std::string> domains;
  std::string domains_path;
  bool has_ssl = false;
  bool named_routes = false;
  std::map<std::string, std::string> labels;
  std::string ns;
};

struct VirtualServiceFilters {
  uint64_t hash = 0;
  std::vector<FilterNeed> filters;
};

struct VirtualServiceChain {
  uint64_t hash = 0;
  std::optional<ChainPart> chain;
  model::OptionSet tls;
  std::vector<ExtraResource> resources;
};

// A MatchableHttpGateway, of the current or the last good version.
struct MatchableGatewayResult {
  uint64_t hash = 0;
  bool present = false;
  bool ok = false;
  bool serving = false;
  model::GatewayPart part;
  std::map<std::string, std::string> labels;
  model::Diagnostics diagnostics;
};

// Some of a gateway's virtual hosts, as they stand in its route configuration.
struct PlannedRun;
struct HostRunResult {
  uint64_t hash = 0;
  std::shared_ptr<const PlannedRun> run;  // that it was made of
  base::Bytes::Whole hosts;               // RouteConfiguration.virtual_hosts, tagged; shared by all who hold the run
  base::SequenceHash sequence;            // of each host's bytes: the same in whatever runs they stand
  // Of the hosts that scopes can take apart, those with a domain without wildcard.
  size_t exact_hosts = 0;
  size_t exact_routes = 0;
  bool chosen_first = false;  // as in RouteBodyResult, for some route of any host
};

// Whether the routes of a gateway's part are served as scopes: route_layout.h.
struct RouteLayoutResult {
  uint64_t hash = 0;
  bool scoped = false;
};

// Some of a gateway's virtual hosts as scopes.
struct HostScopesResult {
  uint64_t hash = 0;
  std::shared_ptr<const PlannedRun> run;  // that it was made of
  std::vector<xds::ResourcePtr> scopes;   // one for each domain without wildcard; or the virtual hosts of all domains
  std::vector<xds::ResourcePtr> routes;   // of those, where clients load them on demand; else the scopes hold them
  base::Bytes fallback;  // the hosts under their other domains: RouteConfiguration.virtual_hosts, tagged
  base::SequenceHash fallback_sequence;  // of each such host's bytes
};

// All scopes, or virtual hosts on demand, of a gateway's part; none where its layout has none.
struct ScopeSetResult {
  uint64_t hash = 0;
  xds::ResourceSet scopes;
  xds::ResourceSet routes;
  std::string route_configuration;
  std::vector<std::shared_ptr<const HostScopesResult>> runs;  // what they were made of
};

struct ListenerResult {
  uint64_t hash = 0;
  bool ok = true;             // the gateway's current version could be used whole
  xds::ResourcePtr listener;  // null: not emitted
  // For clients that take scopes; null where the listener above is also theirs.
  xds::ResourcePtr scoped_listener;
  std::vector<SecretUse> secrets;
  std::vector<ExtraResource> resources;
  bool needs_server_names = false;            // a filter reads them, whatever the chains match
  std::set<model::ObjectRef> refused_chains;  // virtual services and parts that are good in themselves and clash
  model::Diagnostics diagnostics;
};

// All clusters of the world, every Upstream gives one, used or not, with what they need: the same for every proxy.
struct ClusterSetResult {
  uint64_t hash = 0;
  std::array<xds::ResourceSet, xds::kResourceTypeCount> types;
};

// What one proxy is served.
struct ProxyResult {
  uint64_t hash = 0;
  xds::SnapshotPtr snapshot;
  // By route configuration: what the snapshot's scopes consist of, and the routes that they load on demand.
  std::map<std::string, xds::ResourceSet> scopes, scope_routes;
  model::Diagnostics diagnostics;
  std::set<model::ObjectRef> refused;  // objects that are good in themselves and clash with another
};

}  // namespace solder::engine

#include "core/engine/scoped_routes.h"

#include <algorithm>
#include <iterator>
#include <protozero/pbf_writer.hpp>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/hash.h"
#include "core/engine/host_run.h"
#include "core/engine/route_configuration.h"
#include "core/engine/route_layout.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"
#include "core/engine/virtual_hosts.h"
#include "core/xds/scope_names.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;
namespace core = solder::envoy::config::core::v3;

namespace {

using ScopeField = route::ScopedRouteConfiguration::Field;

// google.protobuf.Struct and its map entries, which have no fields of Envoy's.
constexpr uint32_t kEntryKey = 1;
constexpr uint32_t kEntryValue = 2;
constexpr uint32_t kStructFields = 1;
constexpr uint32_t kBoolValue = 4;

void add_text(protozero::pbf_writer& writer, uint32_t tag, std::string_view text) {
  writer.add_string(tag, text.data(), text.size());
}

// VirtualHost.metadata by which a filter tells a host that was found from one that was not, though no route matched.
void mark_found(std::string& host) {
  protozero::pbf_writer writer(host);
  protozero::pbf_writer metadata(writer, route::VirtualHost::kMetadata);
  protozero::pbf_writer entry(metadata, core::Metadata::kFilterMetadata);
  add_text(entry, kEntryKey, kScopeFilter);
  protozero::pbf_writer values(entry, kEntryValue);
  protozero::pbf_writer field(values, kStructFields);
  add_text(field, kEntryKey, kHostFound);
  protozero::pbf_writer value(field, kEntryValue);
  value.add_bool(kBoolValue, true);
}

// RouteConfiguration without its virtual hosts. A request whose scope is there at once needs no filter to find it.
std::string scope_head(const HostSettings& settings, const std::string& name, bool found_without_filter) {
  std::string head = route_configuration_head(settings, name);
  protozero::pbf_writer writer(head);
  add_text(writer, route::RouteConfiguration::kRequestHeadersToRemove, kScopeHeader);
  if (!found_without_filter) return head;
  std::string off;
  protozero::pbf_writer(off).add_bool(route::FilterConfig::kDisabled, true);
  protozero::pbf_writer entry(writer, route::RouteConfiguration::kTypedPerFilterConfig);
  add_text(entry, kEntryKey, kScopeFilter);
  entry.add_message(kEntryValue, pack_any("envoy.config.route.v3.FilterConfig", off));
  return head;
}

// ScopedRouteConfiguration without its routes.
std::string scope_base(const std::string& name, const std::string& key) {
  std::string out;
  protozero::pbf_writer writer(out);
  writer.add_string(ScopeField::kName, name);
  protozero::pbf_writer key_writer(writer, ScopeField::kKey);
  protozero::pbf_writer fragment(key_writer, route::ScopedRouteConfiguration::Key::kFragments);
  fragment.add_string(route::ScopedRouteConfiguration::Key::Fragment::kStringKey, key);
  return out;
}

// The same up to the length of its route configuration, of which `head` is the beginning.
std::string scope_frame(const std::string& name, const std::string& key, const std::string& head, size_t hosts_size) {
  return scope_base(name, key) + message_frame(ScopeField::kRouteConfiguration, head.size() + hosts_size) + head;
}

// A scope whose routes a client loads by its key.
xds::ResourcePtr scope_on_demand(const std::string& name, const std::string& key) {
  std::string scope = scope_base(name, key);
  protozero::pbf_writer writer(scope);
  writer.add_string(ScopeField::kRouteConfigurationName, key);
  writer.add_bool(ScopeField::kOnDemand, true);
  return xds::make_resource(name, base::Bytes(std::move(scope)));
}

class HostScopes {
 public:
  HostScopes(const HostSettings& settings, bool on_demand, HostScopesResult& result)
      : settings_(settings),
        on_demand_(on_demand),
        head_(scope_head(settings, settings.route_configuration, true)),
        result_(result) {}

  void add(const PlannedHost& host, const VirtualServiceResult& service) {
    std::string others = service.host;
    bool any = false;
    for (const auto& domain : host.domains) {
      if (is_exact(domain)) {
        add_scope(domain, service);
      } else {
        any = true;
        protozero::pbf_writer(others).add_string(route::VirtualHost::kDomains, domain);
      }
    }
    if (!any) return;
    mark_found(others);
    result_.fallback_sequence.add(base::hash_combine(base::hash_bytes(others), service.routes_hash));
    result_.fallback.append(
        message_frame(route::RouteConfiguration::kVirtualHosts, others.size() + service.routes.size()) + others);
    result_.fallback.append(service.routes);
  }

 private:
  void add_scope(const std::string& domain, const VirtualServiceResult& service) {
    std::string own = service.host;
    protozero::pbf_writer(own).add_string(route::VirtualHost::kDomains, domain);
    mark_found(own);
    const size_t size = own.size() + service.routes.size();
    own = message_frame(route::RouteConfiguration::kVirtualHosts, size) + own;
    const std::string key = scope_key(settings_.route_configuration, domain);
    const std::string name = xds::scope_name(settings_.route_configuration, lower_case(domain));
    if (on_demand_) {
      own = scope_head(settings_, key, true) + own;
      result_.scopes.push_back(scope_on_demand(name, key));
      result_.hash = base::hash_combine(result_.hash, result_.scopes.back()->hash);
    } else {
      own = scope_frame(name, key, head_, own.size() + service.routes.size()) + own;
    }
    const uint64_t hash = base::hash_combine(base::hash_bytes(own), service.routes_hash);
    base::Bytes bytes(std::move(own));
    bytes.append(service.routes);
    result_.hash = base::hash_combine(result_.hash, hash);
    auto& resources = on_demand_ ? result_.routes : result_.scopes;
    resources.push_back(xds::make_resource(on_demand_ ? key : name, std::move(bytes), hash));
  }

  const HostSettings& settings_;
  const bool on_demand_;
  const std::string head_;
  HostScopesResult& result_;
};

// Also where no domain needs it: by it a group of scopes is known to be there.
xds::ResourcePtr fallback_scope(const HostSettings& settings, const ScopeSetResult& set) {
  base::Bytes hosts;
  base::SequenceHash sequence;
  for (const auto& run : set.runs) {
    hosts.append(run->fallback);
    sequence.append(run->fallback_sequence);
  }
  const std::string name = xds::fallback_scope(settings.route_configuration);
  const std::string key = scope_key(settings.route_configuration, "*");
  std::string own = scope_frame(name, key, scope_head(settings, settings.route_configuration, false), hosts.size());
  const uint64_t hash = base::hash_combine(sequence.value(), base::hash_bytes(own));
  base::Bytes bytes(std::move(own));
  bytes.append(hosts);
  return xds::make_resource(name, std::move(bytes), hash);
}

using Resources = std::vector<xds::ResourcePtr>;
using RunResources = Resources HostScopesResult::*;  // the scopes of a run, or their routes

using Runs = std::vector<std::shared_ptr<const HostScopesResult>>;

// The runs that only one of the lists has. Mostly a few of neighbours: what both begin and end with is passed over.
std::pair<Runs, Runs> differing(const Runs& before, const Runs& now) {
  const auto first = std::mismatch(before.begin(), before.end(), now.begin(), now.end());
  const auto last = std::mismatch(before.rbegin(), std::make_reverse_iterator(first.first), now.rbegin(),
                                  std::make_reverse_iterator(first.second));
  Runs goes(first.first, last.first.base()), comes(first.second, last.second.base());
  if (goes.empty() || comes.empty()) return {goes, comes};
  const auto without = [](Runs& runs, const Runs& others) {
    const std::unordered_set<std::shared_ptr<const HostScopesResult>> known(others.begin(), others.end());
    std::erase_if(runs, [&](const auto& run) { return known.count(run) != 0; });
  };
  const Runs all = goes;
  without(goes, comes);
  without(comes, all);
  return {goes, comes};
}

// The resources of the runs, from those of earlier runs: a change costs what it changes. All that goes before all that
// comes, since a domain may have moved from one run to another.
xds::ResourceSet join_runs(const xds::ResourceSet& all, const ScopeSetResult& before, const ScopeSetResult& now,
                           RunResources of) {
  const auto [old_runs, new_runs] = differing(before.runs, now.runs);
  std::unordered_map<std::string_view, const xds::ResourcePtr*> goes;
  for (const auto& run : old_runs) {
    for (const xds::ResourcePtr& was : (*run).*of) goes.emplace(was->name, &was);
  }
  Resources come;
  for (const auto& run : new_runs) {
    for (const xds::ResourcePtr& is : (*run).*of) {
      const auto was = goes.find(is->name);
      if (was == goes.end() || (*was->second)->hash != is->hash) come.push_back(is);
      if (was != goes.end()) goes.erase(was);
    }
  }
  xds::ResourceSet resources = all;
  for (const auto& [name, was] : goes) resources = resources.without(std::string(name));
  if (resources.empty()) return xds::ResourceSet(std::move(come));
  for (auto& resource : come) resources = resources.with(std::move(resource));
  return resources;
}

}  // namespace

std::string scope_key(const std::string& route_configuration, std::string_view domain) {
  return route_configuration + "|" + lower_case(domain);
}

void replace_scopes(xds::ResourceSet& all, const xds::ResourceSet& before, const xds::ResourceSet& after) {
  xds::ResourceSet::compare(before, after, [&](const xds::ResourcePtr& was, const xds::ResourcePtr& is) {
    all = is ? all.with(is) : all.without(was->name);
  });
}

std::shared_ptr<const HostScopesResult> build_host_scopes(Translation& t, Reader& reader, const GatewayPartKey& part,
                                                          const PlannedRunPtr& planned) {
  auto result = std::make_shared<HostScopesResult>();
  result->run = planned;
  if (t.virtual_hosts_on_demand) {
    // Who needs a virtual host at once depends on the wildcard domains of the others.
    const auto plan = t.plans.read(reader, part.gateway);
    if (part.part >= plan->parts.size()) return result;  // it is about to go
    const bool in_use = t.layouts.read(reader, part)->scoped;
    for (const PlannedHost& host : *planned->hosts) {
      const auto& service = *read_host(t, reader, *planned->settings, host);
      add_virtual_hosts(plan->parts[part.part], host, service, in_use, *result);
    }
    return result;
  }
  HostScopes scopes(*planned->settings, t.scopes_on_demand, *result);
  for (const PlannedHost& host : *planned->hosts) scopes.add(host, *read_host(t, reader, *planned->settings, host));
  result->hash = base::hash_combine(result->hash, result->fallback_sequence.value());
  return result;
}

std::shared_ptr<const ScopeSetResult> build_scope_set(Translation& t, Reader& reader, const GatewayPartKey& key) {
  auto result = std::make_shared<ScopeSetResult>();
  const auto plan = t.plans.read(reader, key.gateway);
  const bool in_use = t.layouts.read(reader, key)->scoped;
  if (!in_use && !t.virtual_hosts_on_demand) return result;
  if (!plan->serving || key.part >= plan->parts.size() || plan->parts[key.part].runs.empty()) return result;
  const PlannedPart& part = plan->parts[key.part];
  for (const auto& planned : part.runs) result->runs.push_back(read_host_scopes(t, reader, key, planned));
  result->route_configuration = part.route_configuration;
  const auto before = t.scope_sets.peek(key);
  static const ScopeSetResult kNothing;
  const bool kept = before && before->route_configuration == part.route_configuration;
  const ScopeSetResult& old = kept ? *before : kNothing;
  result->scopes = join_runs(old.scopes, old, *result, &HostScopesResult::scopes);
  if (t.virtual_hosts_on_demand) {
    const auto mark = virtual_hosts_mark(part);
    result->scopes = in_use ? result->scopes.with(mark) : result->scopes.without(mark->name);
    if (in_use) result->routes = result->routes.with(route_configuration_on_demand(part));
  } else {
    result->scopes = result->scopes.with(fallback_scope(*part.runs.front()->settings, *result));
    result->routes = join_runs(old.routes, old, *result, &HostScopesResult::routes);
  }
  result->hash = base::hash_combine(base::hash_combine(result->scopes.hash(), result->routes.hash()), 1);
  return result;
}

}  // namespace solder::engine

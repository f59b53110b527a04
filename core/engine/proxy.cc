// Step 5: what one proxy is served: all clusters, and the listeners, route configurations, secrets and further
// resources of the gateways that name it. Two gateways on one port clash: the first by name keeps it.
#include <algorithm>
#include <array>

#include "core/base/hash.h"
#include "core/engine/scoped_routes.h"
#include "core/engine/translation.h"

namespace solder::engine {

namespace {

size_t index_of(xds::ResourceType type) { return static_cast<size_t>(type); }

bool same_socket(const model::Gateway& a, const model::Gateway& b) {
  if (a.bind_port != b.bind_port || a.bind_port == 0)
    return a.bind_address == b.bind_address && a.bind_port == b.bind_port;
  const auto any = [](const std::string& address) { return address == "::" || address == "0.0.0.0"; };
  return a.bind_address == b.bind_address || any(a.bind_address) || any(b.bind_address);
}

bool names(const model::Gateway& gateway, const std::string& proxy) {
  return std::find(gateway.proxy_names.begin(), gateway.proxy_names.end(), proxy) != gateway.proxy_names.end();
}

class ProxyBuilder {
 public:
  ProxyBuilder(Translation& t, Reader& reader, ProxyResult& result) : t_(t), reader_(reader), result_(result) {}

  void build(const std::string& proxy) {
    auto snapshot = std::make_shared<xds::Snapshot>();
    if (const auto clusters = t_.cluster_set.read(reader_, 0)) snapshot->types = clusters->types;
    types_ = &snapshot->types;
    if (const auto list = t_.kinds.read(reader_, "Gateway")) {
      for (const auto& ref : list->refs) add_gateway(ref, proxy);
    }
    for (const auto& type : snapshot->types) result_.hash = base::hash_combine(result_.hash, type.hash());
    if (!scoped_listeners_.empty() || !result_.scopes.empty()) snapshot->scoped = scoped_snapshot(*snapshot, proxy);
    result_.snapshot = std::move(snapshot);
  }

 private:
  // What is there already stays: clusters and their secrets come first, then gateways in order of name.
  void put(xds::ResourceType type, const xds::ResourcePtr& resource) {
    xds::ResourceSet& set = (*types_)[index_of(type)];
    if (!set.find(resource->name)) set = set.with(resource);
  }

  void add_secrets(const std::vector<SecretUse>& uses) {
    for (const auto& use : uses) {
      const auto& secret = t_.secret_resources.read(reader_, encode_secret_use(use));
      if (secret->resource) put(resource_type(use.form), secret->resource);
    }
  }

  void add_resources(const std::vector<ExtraResource>& extras) {
    for (const auto& extra : extras) {
      const auto& known = (*types_)[index_of(extra.type)].find(extra.name);
      if (known && known->hash != extra.resource->hash) report_taken(extra);
      put(extra.type, extra.resource);
    }
  }

  void report_taken(const ExtraResource& extra) {
    result_.diagnostics.push_back({.severity = model::Severity::kWarning,
                                   .reason = "ResourceConflict",
                                   .object = extra.origin.object,
                                   .field = extra.origin.field,
                                   .message = "plugin " + extra.origin.plugin + " brings a resource of the " +
                                              std::string(xds::plural(extra.type)) +
                                              " under a name that is taken; the other one is served",
                                   .found = extra.name,
                                   .expected = "a name of its own",
                                   .plugin = extra.origin.plugin});
  }

  void add_gateway(const model::ObjectRef& ref, const std::string& proxy) {
    const auto plan = t_.plans.read(reader_, ref);
    if (!plan->serving || !names(plan->gateway, proxy)) return;
    if (clashes(*plan)) return;
    taken_.push_back(plan);
    const auto& listener = t_.listeners.read(reader_, ref);
    if (!listener->listener) return;
    put(xds::ResourceType::kListener, listener->listener);
    if (listener->scoped_listener) scoped_listeners_.push_back(listener->scoped_listener);
    for (size_t part = 0; part < plan->parts.size(); ++part) {
      const auto& routes = t_.route_configurations.read(reader_, {ref, part});
      if (!routes->resource) continue;
      put(xds::ResourceType::kRoute, routes->resource);
      const auto& set = t_.scope_sets.read(reader_, {ref, part});
      if (set->scopes.empty()) continue;
      result_.scopes[set->route_configuration] = set->scopes;
      if (!set->routes.empty()) result_.scope_routes[set->route_configuration] = set->routes;
    }
    add_secrets(listener->secrets);
    add_resources(listener->resources);
  }

  // Route configurations that scopes take the place of stay in it: a client that changes over asks for them meanwhile.
  xds::SnapshotPtr scoped_snapshot(const xds::Snapshot& plain, const std::string& proxy) {
    auto scoped = std::make_shared<xds::Snapshot>(plain);
    auto& listeners = scoped->types[index_of(xds::ResourceType::kListener)];
    for (const auto& listener : scoped_listeners_) listeners = listeners.with(listener);
    const auto before = t_.proxies.peek(proxy);
    const bool any = before && before->snapshot->scoped;
    const auto type = t_.virtual_hosts_on_demand ? xds::ResourceType::kVirtualHost : xds::ResourceType::kScopedRoute;
    scoped->types[index_of(type)] = join(any ? &before->scopes : nullptr, result_.scopes,
                                         any ? before->snapshot->scoped->of(type) : xds::ResourceSet());
    add_routes_on_demand(*scoped, any ? before.get() : nullptr);
    for (const auto& all : scoped->types) result_.hash = base::hash_combine(result_.hash, all.hash());
    return scoped;
  }

  using Parts = std::map<std::string, xds::ResourceSet>;

  // `all` is what there was before, of the parts `old`: a change costs what it changes.
  static xds::ResourceSet join(const Parts* old, const Parts& now, xds::ResourceSet all) {
    if (now.size() == 1) return now.begin()->second;
    static const Parts kNone;
    if (old == nullptr) old = &kNone;
    for (const auto& [name, set] : *old) {
      if (now.count(name) == 0) replace_scopes(all, set, {});
    }
    for (const auto& [name, set] : now) {
      const auto was = old->find(name);
      replace_scopes(all, was == old->end() ? xds::ResourceSet() : was->second, set);
    }
    return all;
  }

  void add_routes_on_demand(xds::Snapshot& scoped, const ProxyResult* before) {
    if (result_.scope_routes.empty()) return;
    auto& routes = scoped.types[index_of(xds::ResourceType::kRoute)];
    result_.scope_routes[""] = routes;  // those of Gloo's layout are one part more
    const bool any = before != nullptr && !before->scope_routes.empty();
    routes = join(any ? &before->scope_routes : nullptr, result_.scope_routes,
                  any ? before->snapshot->scoped->of(xds::ResourceType::kRoute) : xds::ResourceSet());
  }

  bool clashes(const GatewayPlan& plan) {
    for (const auto& other : taken_) {
      if (!same_socket(other->gateway, plan.gateway)) continue;
      const model::ObjectRef& keeper = other->gateway.ref;
      result_.refused.insert(plan.gateway.ref);
      result_.diagnostics.push_back(
          {.reason = "PortConflict",
           .object = plan.gateway.ref,
           .field = "/spec/bindPort",
           .message = "Gateway " + keeper.ns + "/" + keeper.name + " already listens there; this gateway is left out",
           .found = plan.gateway.bind_address + " port " + std::to_string(plan.gateway.bind_port),
           .expected = "an address and port of its own",
           .related = keeper});
      return true;
    }
    return false;
  }

  Translation& t_;
  Reader& reader_;
  ProxyResult& result_;
  std::array<xds::ResourceSet, xds::kResourceTypeCount>* types_ = nullptr;
  std::vector<std::shared_ptr<const GatewayPlan>> taken_;
  std::vector<xds::ResourcePtr> scoped_listeners_;
};

}  // namespace

std::shared_ptr<const ProxyResult> build_proxy(Translation& t, Reader& reader, const std::string& proxy) {
  auto result = std::make_shared<ProxyResult>();
  ProxyBuilder(t, reader, *result).build(proxy);
  return result;
}

}  // namespace solder::engine

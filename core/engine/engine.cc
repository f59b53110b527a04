#include "core/engine/engine.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/last_good.h"
#include "core/engine/translation.h"

namespace solder::engine {

namespace {

// Gloo's two default gateways, there where the user has none.
model::ObjectPtr default_gateway(const std::string& ns, const char* name, int port, bool ssl) {
  auto object = std::make_shared<model::Object>();
  object->ref = {"Gateway", ns, name};
  object->api_version = "gateway.solo.io/v1";
  object->json = R"({"apiVersion":"gateway.solo.io/v1","kind":"Gateway","metadata":{"name":")" + std::string(name) +
                 R"(","namespace":")" + ns + R"("},"spec":{"bindAddress":"::","bindPort":)" + std::to_string(port) +
                 R"(,"httpGateway":{},"proxyNames":["gateway-proxy"],"ssl":)" + (ssl ? "true" : "false") + "}}";
  object->hash = base::hash_bytes(object->json);
  return object;
}

template <typename T>
void append(model::Diagnostics& into, const T& result) {
  into.insert(into.end(), result.diagnostics.begin(), result.diagnostics.end());
}

}  // namespace

struct Engine::Impl {
  Impl(const services::MessageTypes& types, host::PluginSet& plugins, config::SchemaCatalogPtr catalog,
       EngineOptions engine_options)
      : options(std::move(engine_options)),
        journal(options.keep_last_good ? options.last_good_directory : ""),
        translation(types, plugins, std::move(catalog)) {
    if (!options.keep_last_good) return;
    for (const auto& [ref, object] : journal.loaded()) translation.last_good.set(ref, object, object->hash);
  }

  EngineOptions options;
  LastGoodJournal journal;
  Translation translation;
  std::map<model::ObjectRef, model::ObjectPtr> world;     // as the stores tell it
  std::map<model::ObjectRef, model::ObjectPtr> defaults;  // the default gateways in use
  model::Diagnostics problems;                            // of files
  std::set<model::ObjectRef> touched;                     // changed and not known to be good yet
  std::set<std::string> changed_kinds;
  std::set<std::string> proxy_names;
  model::Settings settings;
  bool whole_world = false;  // a complete batch has come

  // Whether the namespace is one that Settings.watchNamespaces names, or the write namespace.
  [[nodiscard]] bool watched(const std::string& ns) const {
    const auto& watch = settings.watch_namespaces;
    return watch.empty() || ns == settings.write_namespace || std::find(watch.begin(), watch.end(), ns) != watch.end();
  }
  // Gateways count in the write namespace only, unless the Settings say otherwise.
  [[nodiscard]] bool visible(const model::ObjectRef& ref) const {
    if (ref.kind == "Settings") return true;
    if (ref.kind == "Gateway" && ref.ns != settings.write_namespace) {
      return settings.read_gateways_from_all_namespaces && watched(ref.ns);
    }
    return watched(ref.ns);
  }

  void set_object(const model::ObjectRef& ref, const model::ObjectPtr& object) {
    const model::ObjectPtr shown = object && visible(ref) ? object : nullptr;
    translation.objects.set(ref, shown, shown ? shown->hash : 0);
    changed_kinds.insert(ref.kind);
    if (object) {
      touched.insert(ref);
    } else {
      touched.erase(ref);
      forget_good(ref);
      release(ref);
    }
  }

  // The roots of an object that is gone, so that its cells are collected.
  void release(const model::ObjectRef& ref) {
    if (ref.kind == "VirtualService") translation.virtual_services.unroot({ref, ""});
    if (ref.kind == "Gateway") translation.plans.unroot(ref);
    if (ref.kind == "Secret") translation.secrets.unroot(ref);
  }

  void forget_good(const model::ObjectRef& ref) {
    if (!options.keep_last_good) return;
    translation.last_good.set(ref, nullptr, 0);
    journal.set(ref, nullptr);
  }

  void update_kinds() {
    for (const std::string& kind : changed_kinds) {
      auto list = std::make_shared<RefList>();
      uint64_t hash = 0;
      const auto add = [&](const model::ObjectRef& ref) {
        list->refs.push_back(ref);
        hash = base::hash_combine(hash, base::hash_bytes(ref.ns + '/' + ref.name));
      };
      for (auto at = world.lower_bound({kind, "", ""}); at != world.end() && at->first.kind == kind; ++at) {
        if (visible(at->first)) add(at->first);
      }
      if (kind == "Gateway") {
        for (const auto& [ref, object] : defaults) add(ref);
      }
      std::sort(list->refs.begin(), list->refs.end());
      translation.kinds.set(kind, std::move(list), hash);
    }
    changed_kinds.clear();
  }

  // Settings decide what is seen at all, so they come before everything else.
  void update_settings() {
    update_kinds();
    model::Settings next = translation.settings.root(0)->settings;
    if (next.ref.name.empty()) next.write_namespace = options.write_namespace;
    const bool same = next.write_namespace == settings.write_namespace &&
                      next.watch_namespaces == settings.watch_namespaces &&
                      next.read_gateways_from_all_namespaces == settings.read_gateways_from_all_namespaces;
    settings = std::move(next);
    if (same) return;
    for (const auto& [ref, object] : world) {
      const model::ObjectPtr shown = visible(ref) ? object : nullptr;
      translation.objects.set(ref, shown, shown ? shown->hash : 0);
      changed_kinds.insert(ref.kind);
    }
  }

  void update_default_gateways() {
    bool any = false;
    for (auto at = world.lower_bound({"Gateway", "", ""}); at != world.end() && at->first.kind == "Gateway"; ++at) {
      any = any || visible(at->first);
    }
    std::map<model::ObjectRef, model::ObjectPtr> next;
    if (!any) {
      for (const auto& gateway : {default_gateway(settings.write_namespace, "gateway-proxy", 8080, false),
                                  default_gateway(settings.write_namespace, "gateway-proxy-ssl", 8443, true)}) {
        next.emplace(gateway->ref, gateway);
      }
    }
    for (const auto& [ref, object] : defaults) {
      if (next.count(ref) != 0 || world.count(ref) != 0) continue;
      translation.objects.set(ref, nullptr, 0);
      release(ref);
    }
    for (const auto& [ref, object] : next) translation.objects.set(ref, object, object->hash);
    defaults = std::move(next);
    changed_kinds.insert("Gateway");
    update_kinds();
  }

  std::vector<model::ObjectRef> refs_of(const std::string& kind) const {
    const auto list = translation.kinds.peek(kind);
    return list ? list->refs : std::vector<model::ObjectRef>{};
  }

  void update_proxies() {
    std::set<std::string> names{"gateway-proxy"};
    for (const auto& ref : refs_of("Gateway")) {
      const auto& plan = translation.plans.root(ref);
      if (plan->serving) names.insert(plan->gateway.proxy_names.begin(), plan->gateway.proxy_names.end());
    }
    for (const auto& name : proxy_names) {
      if (names.count(name) == 0) translation.proxies.unroot(name);
    }
    proxy_names = std::move(names);
    for (const auto& name : proxy_names) translation.proxies.root(name);
    // Objects that nothing on a listener reads have a state all the same.
    for (const auto& ref : refs_of("VirtualService")) translation.virtual_services.root({ref, ""});
    for (const auto& ref : refs_of("Secret")) translation.secrets.root(ref);
  }

  // Whether this very version of the object may become the last good one.
  bool good(const model::ObjectRef& ref) const {
    if (ref.kind == "Upstream") {
      const auto result = translation.clusters.peek(ref);
      return result && result->ok;
    }
    if (ref.kind == "VirtualService") {
      const auto result = translation.virtual_services.peek({ref, ""});
      return result && result->ok && conflicted.count(ref) == 0;
    }
    if (ref.kind == "Gateway") {
      const auto plan = translation.plans.peek(ref);
      return plan && plan->ok && conflicted.count(ref) == 0;
    }
    if (ref.kind == "Secret") {
      const auto result = translation.secrets.peek(ref);
      return result && result->ok;
    }
    if (ref.kind == "Settings") {
      const auto result = translation.settings.peek(0);
      return result && result->ok;
    }
    return false;
  }
  std::set<model::ObjectRef> conflicted;

  void update_last_good() {
    if (!options.keep_last_good) return;
    conflicted.clear();
    translation.plans.for_each([&](const auto&, const GatewayPlan& plan) {
      conflicted.insert(plan.conflicted.begin(), plan.conflicted.end());
    });
    translation.listeners.for_each([&](const auto& gateway, const ListenerResult& listener) {
      if (!listener.ok) conflicted.insert(gateway);
      conflicted.insert(listener.refused_chains.begin(), listener.refused_chains.end());
    });
    translation.proxies.for_each(
        [&](const auto&, const ProxyResult& proxy) { conflicted.insert(proxy.refused.begin(), proxy.refused.end()); });
    for (auto at = touched.begin(); at != touched.end();) {
      const auto object = world.find(*at);
      if (object == world.end() || !good(*at)) {
        ++at;
        continue;
      }
      translation.last_good.set(*at, object->second, object->second->hash);
      journal.set(*at, object->second);
      at = touched.erase(at);
    }
    journal.flush();
  }

  // What the journal remembers of objects that are no longer there.
  void drop_orphans() {
    const auto remembered = journal.loaded();
    for (const auto& [ref, object] : remembered) {
      if (world.count(ref) == 0) forget_good(ref);
    }
  }

  model::Diagnostics diagnostics() const {
    model::Diagnostics all = problems;
    append(all, *translation.settings.peek(0));
    const auto collect = [&](const auto&, const auto& result) { append(all, result); };
    translation.secrets.for_each(collect);
    translation.clusters.for_each(collect);
    translation.virtual_services.for_each(collect);
    translation.plans.for_each(collect);
    translation.listeners.for_each(collect);
    translation.proxies.for_each(collect);
    for (const auto& [ref, object] : world) {
      if (!config::known_kind(ref.kind)) {
        all.push_back(config::unknown_kind(*object));
      } else if (!visible(ref)) {
        all.push_back(unseen(ref));
      }
    }
    return all;
  }

  [[nodiscard]] model::Diagnostic unseen(const model::ObjectRef& ref) const {
    const bool gateway = ref.kind == "Gateway" && watched(ref.ns);
    return {.severity = model::Severity::kWarning,
            .reason = "NamespaceNotWatched",
            .object = ref,
            .field = "/metadata/namespace",
            .message = gateway ? "gateways are read from the namespace " + settings.write_namespace +
                                     " only; set Settings.gateway.readGatewaysFromAllNamespaces to change that"
                               : "Settings.watchNamespaces does not name this namespace; the object has no effect",
            .found = ref.ns};
  }
};

Engine::Engine(const services::MessageTypes& types, host::PluginSet& plugins, config::SchemaCatalogPtr catalog,
               EngineOptions options)
    : impl_(std::make_unique<Impl>(types, plugins, std::move(catalog), std::move(options))) {}
Engine::~Engine() = default;

void Engine::apply(const store::Batch& batch) {
  for (const store::Change& change : batch.changes) {
    if (change.object) {
      impl_->world[change.ref] = change.object;
    } else {
      impl_->world.erase(change.ref);
    }
    impl_->set_object(change.ref, change.object);
  }
  impl_->problems = batch.problems;
  if (batch.complete && !impl_->whole_world) {
    impl_->whole_world = true;
    impl_->drop_orphans();
  }
}

Output Engine::translate() {
  impl_->update_settings();
  impl_->update_default_gateways();
  impl_->update_proxies();
  impl_->update_last_good();
  impl_->translation.graph.collect();
  Output output;
  auto snapshots = std::make_shared<xds::SnapshotsByRole>();
  for (const auto& name : impl_->proxy_names) {
    (*snapshots)[impl_->settings.write_namespace + "~" + name] = impl_->translation.proxies.peek(name)->snapshot;
  }
  output.snapshots = std::move(snapshots);
  for (const auto& [ref, object] : impl_->world) output.objects.push_back(object);
  for (const auto& [ref, object] : impl_->defaults) output.objects.push_back(object);
  std::sort(output.objects.begin(), output.objects.end(), [](const auto& a, const auto& b) { return a->ref < b->ref; });
  output.diagnostics = impl_->diagnostics();
  return output;
}

std::vector<ResourceProvenance> Engine::provenance() const {
  std::vector<ResourceProvenance> all;
  Translation& t = impl_->translation;
  Reader reader(t.graph);
  const auto add = [&](xds::ResourceType type, const std::string& name, ProvenanceList fields) {
    if (fields.empty()) return;
    std::sort(fields.begin(), fields.end());
    all.push_back({type, name, std::move(fields)});
  };
  for (const auto& ref : impl_->refs_of("Upstream")) {
    ProvenanceList fields;
    const auto cluster = build_cluster(t, reader, ref, &fields);
    if (cluster->cluster) add(xds::ResourceType::kCluster, cluster->name, std::move(fields));
  }
  for (const auto& ref : impl_->refs_of("VirtualService")) {
    ProvenanceList fields;
    const auto service = build_virtual_service(t, reader, {ref, ""}, &fields);
    if (service->serving) add(xds::ResourceType::kRoute, service->name, std::move(fields));
  }
  for (const auto& ref : impl_->refs_of("Gateway")) {
    ProvenanceList fields;
    const auto listener = build_listener(t, reader, ref, &fields);
    if (listener->listener) add(xds::ResourceType::kListener, listener->listener->name, std::move(fields));
  }
  return all;
}

}  // namespace solder::engine

#include "core/engine/translation.h"

namespace solder::engine {

Translation::Translation(const services::MessageTypes& message_types, host::PluginSet& plugin_set,
                         config::SchemaCatalogPtr schema_catalog)
    : types(message_types),
      plugins(&plugin_set),
      catalog(schema_catalog),
      objects(graph),
      kinds(graph),
      lists(graph),
      service_list(graph),
      service_runs(graph),
      table_group_versions(graph),
      last_good(graph),
      owners(graph),
      schemas(graph),
      object_kinds(graph),
      cluster_set(graph),
      settings(graph, [this](Reader& reader, int) { return build_settings(*this, reader); }),
      secrets(graph, [this](Reader& reader, const auto& ref) { return build_secret(*this, reader, ref); }),
      secret_resources(graph,
                       [this](Reader& reader, const auto& key) { return build_secret_resource(*this, reader, key); }),
      plugin_kinds(graph, [this](Reader& reader, const auto& ref) { return build_plugin_kind(*this, reader, ref); }),
      derived(graph, [this](Reader& reader, const auto& ref) { return build_derived(*this, reader, ref); }),
      clusters(graph, [this](Reader& reader, const auto& ref) { return build_cluster(*this, reader, ref); }),
      endpoints(graph, [this](Reader& reader, const auto& ref) { return build_endpoints(*this, reader, ref); }),
      destinations(graph, [this](Reader& reader, const auto& ref) { return build_destination(*this, reader, ref); }),
      table_groups(graph,
                   [this](Reader& reader, const TableGroup& group) {
                     table_group_versions.read(reader, group);
                     return table_index.members(group);
                   }),
      route_tables(graph, [this](Reader& reader, const auto& ref) { return build_route_table(*this, reader, ref); }),
      table_summaries(graph,
                      [this](Reader& reader, const auto& ref) { return summarize(*route_tables.read(reader, ref)); }),
      options_objects(graph,
                      [this](Reader& reader, const auto& ref) { return build_options_object(*this, reader, ref); }),
      attached_options(graph,
                       [this](Reader& reader, const auto& ref) { return build_attached_options(*this, reader, ref); }),
      upstream_groups(graph,
                      [this](Reader& reader, const auto& ref) { return build_upstream_group(*this, reader, ref); }),
      outlines(graph,
               [this](Reader& reader, const RouteKey& key) {
                 return build_outline(*this, reader, key.owner, outlines.peek(key)->text);
               }),
      route_matches(graph, [this](Reader& reader, const auto& key,
                                  const std::string& text) { return build_route_match(*this, reader, key, text); }),
      route_options(graph, [this](Reader& reader, const auto& key,
                                  const std::string& text) { return build_route_options(*this, reader, key, text); }),
      route_bodies(graph, [this](Reader& reader, const auto& key,
                                 const std::string& text) { return build_route_body(*this, reader, key, text); }),
      table_sizes(graph, [this](Reader& reader, const auto& key) { return build_table_size(*this, reader, key); }),
      route_branches(graph,
                     [this](Reader& reader, const RouteBranchKey& key) {
                       return build_route_branch(*this, reader, key.table, route_branches.peek(key)->source);
                     }),
      route_runs(graph,
                 [this](Reader& reader, const RouteRunKey& key) {
                   return build_route_run(*this, reader, route_runs.peek(key)->source);
                 }),
      virtual_services(graph,
                       [this](Reader& reader, const auto& key) { return build_virtual_service(*this, reader, key); }),
      summaries(graph,
                [this](Reader& reader, const auto& ref) {
                  return summarize(*virtual_services.read(reader, {ref, ""}));
                }),
      filters(graph,
              [this](Reader& reader, const auto& ref) {
                return filters_of(*virtual_services.read(reader, {ref, ""}));
              }),
      chains(graph,
             [this](Reader& reader, const auto& ref) {
               return chain_of(*virtual_services.read(reader, {ref, ""}));
             }),
      matchable_gateways(
          graph, [this](Reader& reader, const auto& ref) { return build_matchable_gateway(*this, reader, ref); }),
      selected_runs(graph,
                    [this](Reader& reader, const SelectedRunKey& key) {
                      return build_selected_run(*this, reader, key.run, selected_runs.peek(key)->selection);
                    }),
      plans(graph, [this](Reader& reader, const auto& ref) { return build_gateway_plan(*this, reader, ref); }),
      host_needs(graph, [this](Reader& reader,
                               const auto& key) { return build_host_needs(*this, reader, host_needs.peek(key)->run); }),
      host_runs(graph, [this](Reader& reader,
                              const auto& key) { return build_host_run(*this, reader, host_runs.peek(key)->run); }),
      route_configurations(
          graph, [this](Reader& reader, const auto& ref) { return build_route_configuration(*this, reader, ref); }),
      layouts(graph, [this](Reader& reader, const auto& key) { return build_route_layout(*this, reader, key); }),
      host_scopes(graph,
                  [this](Reader& reader, const HostRunKey& key) {
                    return build_host_scopes(*this, reader, key.part, host_scopes.peek(key)->run);
                  }),
      scope_sets(graph, [this](Reader& reader, const auto& key) { return build_scope_set(*this, reader, key); }),
      listeners(graph, [this](Reader& reader, const auto& ref) { return build_listener(*this, reader, ref); }),
      proxies(graph, [this](Reader& reader, const auto& proxy) { return build_proxy(*this, reader, proxy); }),
      id_tokens(graph) {
  use_plugins(plugin_set, std::move(schema_catalog));
}

namespace {

// Takes away what was set before and is not now.
template <typename T>
void drop_old(std::set<std::string>& before, std::set<std::string> now, Inputs<std::string, T>& inputs) {
  for (const auto& name : before) {
    if (now.count(name) == 0) inputs.set(name, nullptr, 0);
  }
  before = std::move(now);
}

uint64_t hash_kind(const host::PluginSet& plugins, const host::ObjectKind& kind) {
  uint64_t hash = base::hash_bytes(kind.api_version);
  for (const auto& field : kind.index) hash = base::hash_combine(hash, base::hash_bytes(field));
  for (const host::Plugin* plugin : kind.derivers) hash = base::hash_combine(hash, plugins.generation(*plugin));
  return hash;
}

}  // namespace

void Translation::record_touched() {
  clusters.take_touched();
  secret_resources.take_touched();
  settings.take_touched();
  secrets.take_touched();
  plugin_kinds.take_touched();
  derived.take_touched();
  endpoints.take_touched();
  route_tables.take_touched();
  options_objects.take_touched();
  attached_options.take_touched();
  upstream_groups.take_touched();
  virtual_services.take_touched();
  matchable_gateways.take_touched();
  plans.take_touched();
  listeners.take_touched();
  proxies.take_touched();
}

void Translation::set_last_good(const model::ObjectRef& ref, const model::ObjectPtr& object) {
  last_good.set(ref, object, object ? object->hash : 0);
  if (ref.kind == "RouteTable") table_index.set_good(ref, object);
}

void Translation::use_plugins(host::PluginSet& plugin_set, config::SchemaCatalogPtr schema_catalog) {
  plugins = &plugin_set;
  catalog = std::move(schema_catalog);
  std::set<std::string> owned, marked, kinds_read;
  for (const auto& [key, plugin] : plugin_set.owners()) {
    owners.set(key, std::make_shared<KeyOwner>(KeyOwner{plugin}), plugin_set.generation(*plugin));
    owned.insert(key);
  }
  drop_old(owned_, std::move(owned), owners);
  if (catalog) {
    for (const auto& [name, hash] : catalog->marks()) {
      schemas.set(name, std::make_shared<uint64_t>(hash), hash);
      marked.insert(name);
    }
  }
  drop_old(marked_, std::move(marked), schemas);
  for (const auto& [name, kind] : plugin_set.kinds()) {
    object_kinds.set(name, std::make_shared<host::ObjectKind>(kind), hash_kind(plugin_set, kind));
    kinds_read.insert(name);
  }
  drop_old(kinds_read_, std::move(kinds_read), object_kinds);
}

size_t Translation::reach(host::PluginSet& plugin_set, const config::SchemaCatalog& schema_catalog) const {
  size_t steps = 0;
  const auto count = [&](const auto& inputs, const auto& before, const auto& now, const auto& hash_of) {
    for (const auto& each : now) steps += inputs.reach(each.first, hash_of(each.second));
    for (const auto& name : before) {
      if (now.count(name) == 0) steps += inputs.reach(name, std::nullopt);
    }
  };
  count(owners, owned_, plugin_set.owners(),
        [&](const host::Plugin* plugin) { return plugin_set.generation(*plugin); });
  count(schemas, marked_, schema_catalog.marks(), [](uint64_t hash) { return hash; });
  count(object_kinds, kinds_read_, plugin_set.kinds(), [&](const auto& kind) { return hash_kind(plugin_set, kind); });
  return steps;
}

std::shared_ptr<const RouteOutlineResult> read_outline(Translation& t, Reader& reader, const model::ObjectRef& owner,
                                                       const std::shared_ptr<const std::string>& text) {
  const RouteKey key{owner, base::hash_bytes(*text)};
  if (const auto* known = t.outlines.read_known(reader, key)) return *known;
  return t.outlines.make(reader, key, [&](Reader& own, const RouteKey&) { return build_outline(t, own, owner, text); });
}

}  // namespace solder::engine

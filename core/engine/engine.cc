#include "core/engine/engine.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "core/base/progress.h"
#include "core/engine/ahead.h"
#include "core/engine/blame.h"
#include "core/engine/book_update.h"
#include "core/engine/cluster_update.h"
#include "core/engine/cluster_world.h"
#include "core/engine/diagnostic_book.h"
#include "core/engine/good_versions.h"
#include "core/engine/object_steps.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/provenance.h"
#include "core/engine/second_engine.h"
#include "core/engine/served_places.h"
#include "core/engine/served_services.h"
#include "core/engine/token_book.h"
#include "core/engine/translation.h"
#include "core/engine/visible_world.h"

namespace solder::engine {

namespace {

// By name: what a great many come to is found again nearby. Of one object the later one stays the later one.
std::vector<const store::Change*> in_order(const std::vector<store::Change>& changes) {
  std::vector<const store::Change*> out;
  out.reserve(changes.size());
  for (const store::Change& change : changes) out.push_back(&change);
  std::stable_sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->ref < b->ref; });
  return out;
}

}  // namespace

struct Engine::Impl {
  Impl(const services::MessageTypes& types, host::PluginSet& plugins, config::SchemaCatalogPtr catalog,
       EngineOptions engine_options)
      : options(std::move(engine_options)),
        translation(types, plugins, std::move(catalog)),
        world(translation, book, options.write_namespace),
        versions(translation, world, options.keep_last_good, options.last_good_directory,
                 [this](const auto& ref) { tell_again(ref); }) {
    translation.scoped_above = options.scoped_above.value_or(kNeverScoped);
    translation.scopes_on_demand = options.scopes_on_demand;
    translation.virtual_hosts_on_demand = options.virtual_hosts_on_demand;
    translation.proxies.update_only_on_request();
    translation.record_touched();
  }

  EngineOptions options;
  Translation translation;
  DiagnosticBook book;
  ServedServices served;
  VisibleWorld world;
  std::optional<Telling> telling;  // while a second engine is made
  GoodVersions versions;
  ClusterWorld clusters;
  TokenBook tokens;
  std::set<std::string> proxy_names;
  bool trying = false;                              // changes that are taken back
  bool whole_world = false;                         // a complete batch has come
  std::optional<std::vector<RefusedPart>> refused;  // to be told
  std::vector<RefusedPart> last_refused;
  std::shared_ptr<const ServedPlaces> places;
  uint64_t computed_before = 0;  // by those whose place this one took

  void tell_again(const model::ObjectRef& ref) {
    if (telling) telling->again.insert(ref);
  }

  std::vector<model::ObjectChange> try_changes(const std::vector<store::Change>& tried) {
    std::vector<store::Change> before;
    trying = true;
    for (const auto& change : tried) {
      before.push_back({change.ref, told(change.ref)});
      world.set(change.ref, change.object);
    }
    auto found = translate(true).changes;
    for (auto at = before.rbegin(); at != before.rend(); ++at) world.set(at->ref, at->object);
    translate(true);
    trying = false;
    return found;
  }

  [[nodiscard]] model::ObjectPtr told(const model::ObjectRef& ref) const {
    const auto at = world.told().find(ref);
    return at == world.told().end() ? nullptr : at->second;
  }

  void set_object(const model::ObjectRef& ref, const model::ObjectPtr& object) {
    world.set(ref, object);
    if (object) {
      versions.note_change(ref, object, true);
    } else {
      note_change(ref);
    }
    tell_again(ref);
  }

  void use_plugins(host::PluginSet& plugins, config::SchemaCatalogPtr catalog) {
    const auto before = translation.plugins->kinds();
    for (const auto& [kind, read] : before) {
      if (plugins.kinds().count(kind) != 0) continue;
      for (const auto& ref : world.seen(kind)) translation.plugin_kinds.unroot(ref);
    }
    translation.use_plugins(plugins, std::move(catalog));
    world.kinds_changed(before);
  }

  Output translate(bool trial) {
    world.update();
    update_roots();
    Touched touched;
    update_clusters(translation, world, clusters, book, touched);
    update_proxies();
    translation.graph.collect();
    update_book(translation, served, book, touched);
    versions.note(touched);
    if (!trial) versions.update();
    if (!touched.gateways.empty()) places = ServedPlaces::of(translation, world);
    book.set("id tokens", tokens.problems(clusters.token_uses()));
    if (const auto now = std::exchange(refused, {})) book.set("envoy", blame(translation, world, *now));
    auto snapshots = std::make_shared<xds::SnapshotsByRole>();
    for (const auto& name : proxy_names) {
      (*snapshots)[world.write_namespace() + "~" + name] = translation.proxies.peek(name)->snapshot;
    }
    return {std::move(snapshots), changes(), places, versions.kept(),
            TokenBook::wishes(translation, clusters.token_uses())};
  }

  void note_change(const model::ObjectRef& ref) {
    if (!trying) versions.note_change(ref, world.find(ref), told(ref) != nullptr);
  }

  // Objects that follow from others come before what may lead to them is translated.
  void update_derived() {
    for (const auto& source : world.take_sources()) {
      if (world.derives(source)) {
        translation.derived.root(source);
      } else {
        translation.derived.unroot(source);
        set_derived(source, nullptr);
      }
    }
    translation.graph.update_roots();
    for (const auto& source : translation.derived.take_touched()) {
      set_derived(source, world.derives(source) ? translation.derived.peek(source) : nullptr);
    }
  }

  void set_derived(const model::ObjectRef& source, const std::shared_ptr<const DerivedResult>& result) {
    for (const auto& ref : world.set_derived(source, result ? result->objects : std::vector<model::ObjectPtr>())) {
      note_change(ref);
    }
    book.set("derived objects", source, result ? result->diagnostics : model::Diagnostics());
  }

  void unroot(const std::vector<model::ObjectRef>& gone) {
    for (const auto& ref : gone) {
      with_step(translation, ref, [](auto& family, const auto& key) { family.unroot(key); });
      if (ref.kind != "Upstream") continue;
      translation.endpoints.unroot(ref);
      clusters.set_cluster(ref, nullptr);
      book.set("cluster", ref, {});
      book.set("endpoints", ref, {});
    }
  }

  // Of those that came at first, and of what that led to.
  static std::vector<model::ObjectRef> those_that_came(const std::vector<model::ObjectRef>& first,
                                                       const VisibleWorld::Membership& then) {
    std::vector<model::ObjectRef> stayed, out;
    std::set_difference(first.begin(), first.end(), then.gone.begin(), then.gone.end(), std::back_inserter(stayed));
    std::set_union(stayed.begin(), stayed.end(), then.come.begin(), then.come.end(), std::back_inserter(out));
    return out;
  }

  // Objects that are seen are roots: they have a state whether something on a listener reads them or not.
  void update_roots() {
    auto membership = world.take_membership();
    unroot(membership.gone);
    update_derived();
    world.update();
    const auto derived = world.take_membership();
    unroot(derived.gone);
    const auto come = those_that_came(membership.come, derived);
    translate_ahead(translation, come, options.threads, options.worth_threads);
    base::Progress progress("translating", come.size());
    const auto root = [](auto& family, const auto& key) { family.root(key); };
    for (const auto& ref : come) {
      if (ref.kind != "Gateway") with_step(translation, ref, root);
      progress.step();
    }
    // Last, as one reads all virtual services.
    for (const auto& ref : come) {
      if (ref.kind == "Gateway") with_step(translation, ref, root);
    }
    translation.graph.update_roots();
  }

  void update_proxies() {
    std::set<std::string> names{"gateway-proxy"};
    for (const auto& ref : world.seen("Gateway")) {
      const auto plan = translation.plans.peek(ref);
      if (plan && plan->serving) names.insert(plan->gateway.proxy_names.begin(), plan->gateway.proxy_names.end());
    }
    for (const auto& name : proxy_names) {
      if (names.count(name) == 0) translation.proxies.unroot(name);
    }
    proxy_names = std::move(names);
    for (const auto& name : proxy_names) translation.proxies.root(name);
  }

  std::vector<model::ObjectChange> changes() {
    auto changed = world.take_changed();
    const auto told = book.take_changed();
    changed.insert(changed.end(), told.begin(), told.end());
    // Mostly in order already, but for the last ones.
    const auto rest = std::is_sorted_until(changed.begin(), changed.end());
    std::sort(rest, changed.end());
    std::inplace_merge(changed.begin(), rest, changed.end());
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    return said_of(changed);
  }

  [[nodiscard]] std::vector<model::ObjectChange> said_of(const std::vector<model::ObjectRef>& changed) const {
    std::vector<model::ObjectChange> out;
    out.reserve(changed.size());
    for (const auto& ref : changed) {
      auto about = book.about(ref);
      out.push_back({ref, speaks(ref, about) ? world.find(ref) : nullptr, std::move(about)});
    }
    return out;
  }

  // What is only read has a report where something is wrong with it, and else only where its manifest wants one.
  [[nodiscard]] bool speaks(const model::ObjectRef& ref, const model::Diagnostics& about) const {
    return !about.empty() || world.has_reports(ref.kind);
  }

  EngineInputs tell(size_t most) {
    EngineInputs out{{}, false, book.said_by("files"), last_refused, tokens.states(), versions.shared(), whole_world};
    telling->tell(world, translation.last_good, most, out);
    return out;
  }

  void take(const EngineInputs& inputs) {
    versions.take_shared(inputs.shared);
    for (const auto& [ref, object, good] : inputs.objects) {
      if (object != told(ref)) set_object(ref, object);
      versions.take(ref, object, good);
    }
    book.set("files", inputs.problems);
    refused = last_refused = inputs.refused;
    tokens.take(translation, inputs.tokens);
    whole_world = inputs.whole_world;
  }

  // What goes on.
  void succeed(Impl& before) {
    options = before.options;
    versions.succeed(before.versions);
    computed_before = before.computed();
    before.telling.reset();
  }

  [[nodiscard]] uint64_t computed() const { return computed_before + translation.graph.computed(); }
};

Engine::Engine(const services::MessageTypes& types, host::PluginSet& plugins, config::SchemaCatalogPtr catalog,
               EngineOptions options)
    : impl_(std::make_unique<Impl>(types, plugins, std::move(catalog), std::move(options))) {}
Engine::~Engine() = default;

void Engine::apply(const store::Batch& batch) {
  for (const store::Change* change : in_order(batch.changes)) {
    if (change->ref.kind != kSharedKind) {
      impl_->set_object(change->ref, change->object);
    } else {
      impl_->versions.set_shared(change->ref, change->object);
    }
  }
  impl_->book.set("files", batch.problems);
  if (batch.complete && !impl_->whole_world) {
    impl_->whole_world = true;
    impl_->versions.drop_orphans();
  }
}

void Engine::set_refused(const std::vector<RefusedPart>& refused) {
  impl_->refused = refused;
  impl_->last_refused = refused;
}

void Engine::set_tokens(const host::IdTokenStates& tokens) { impl_->tokens.take(impl_->translation, tokens); }
void Engine::use_plugins(host::PluginSet& plugins, config::SchemaCatalogPtr catalog) {
  impl_->use_plugins(plugins, std::move(catalog));
}

Output Engine::translate() { return impl_->translate(false); }
void Engine::flush_last_good() { impl_->versions.flush(); }
Output Engine::try_out() { return impl_->translate(true); }
std::vector<model::ObjectChange> Engine::try_changes(const std::vector<store::Change>& changes) {
  return impl_->try_changes(changes);
}

size_t Engine::reach(host::PluginSet& plugins, const config::SchemaCatalog& catalog) const {
  return impl_->translation.reach(plugins, catalog);
}

size_t Engine::size() const { return impl_->translation.graph.size(); }

std::unique_ptr<Engine> Engine::second(host::PluginSet& plugins, config::SchemaCatalogPtr catalog) const {
  EngineOptions options = impl_->options;
  options.last_good_directory.clear();
  options.threads = 1;  // the other processors are for those that serve
  return std::make_unique<Engine>(impl_->translation.types, plugins, std::move(catalog), std::move(options));
}

void Engine::begin_telling() { impl_->telling.emplace(); }
EngineInputs Engine::tell(size_t most) { return impl_->tell(most); }
void Engine::end_telling() { impl_->telling.reset(); }
void Engine::take(const EngineInputs& inputs) { impl_->take(inputs); }

std::vector<model::ObjectChange> Engine::compare(const Engine& second) const {
  const auto differ = differences({impl_->translation, impl_->world, impl_->book},
                                  {second.impl_->translation, second.impl_->world, second.impl_->book});
  return second.impl_->said_of({differ.begin(), differ.end()});
}

void Engine::change_places(Engine& second) {
  second.impl_->succeed(*impl_);
  impl_.swap(second.impl_);
}

std::vector<model::ObjectPtr> Engine::objects() const {
  auto out = impl_->world.untold();
  for (const auto& [ref, object] : impl_->world.told()) {
    if (impl_->speaks(ref, impl_->book.about(ref))) out.push_back(object);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a->ref < b->ref; });
  return out;
}

model::ObjectPtr Engine::find(const model::ObjectRef& ref) const { return impl_->told(ref); }

std::string Engine::settings_json() const {
  const auto settings = impl_->translation.settings.peek(0);
  return settings ? settings->settings.spec_json : "{}";
}

uint64_t Engine::computed() const { return impl_->computed(); }

size_t Engine::object_count() const {
  const auto& world = impl_->world;
  return world.told().size() + world.derived().size() + world.defaults().size();
}

model::Diagnostics Engine::diagnostics() const { return impl_->book.all(); }

std::vector<ResourceProvenance> Engine::provenance() const {
  return collect_provenance(impl_->translation, impl_->world);
}

}  // namespace solder::engine

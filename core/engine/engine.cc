#include "core/engine/engine.h"

#include <algorithm>
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
#include "core/engine/good_objects.h"
#include "core/engine/last_good.h"
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

struct Engine::Impl {
  Impl(const services::MessageTypes& types, host::PluginSet& plugins, config::SchemaCatalogPtr catalog,
       EngineOptions engine_options)
      : options(std::move(engine_options)),
        journal(std::make_unique<LastGoodJournal>(options.keep_last_good ? options.last_good_directory : "")),
        translation(types, plugins, std::move(catalog)),
        world(translation, book, options.write_namespace) {
    translation.scoped_above = options.scoped_above.value_or(kNeverScoped);
    translation.scopes_on_demand = options.scopes_on_demand;
    translation.virtual_hosts_on_demand = options.virtual_hosts_on_demand;
    translation.proxies.update_only_on_request();
    translation.record_touched();
    if (!options.keep_last_good) return;
    for (const auto& [ref, object] : journal->loaded()) set_good(ref, object);
  }

  EngineOptions options;
  std::unique_ptr<LastGoodJournal> journal;
  Translation translation;
  DiagnosticBook book;
  ServedServices served;
  VisibleWorld world;
  ClusterWorld clusters;
  TokenBook tokens;
  std::set<model::ObjectRef> untried;  // changed and not known to be good yet
  std::set<std::string> proxy_names;
  bool trying = false;                              // changes that are taken back
  bool whole_world = false;                         // a complete batch has come
  std::optional<std::vector<RefusedPart>> refused;  // to be told
  std::vector<RefusedPart> last_refused;
  std::shared_ptr<const ServedPlaces> places;
  std::shared_ptr<const KeptVersions> kept = std::make_shared<KeptVersions>();
  SharedVersions shared;
  std::optional<Telling> telling;  // while a second engine is made
  uint64_t computed_before = 0;    // by those whose place this one took

  void set_good(const model::ObjectRef& ref, const model::ObjectPtr& object) {
    translation.set_last_good(ref, object);
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
    note_change(ref);
    if (telling) telling->again.insert(ref);
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
    update_clusters(translation, world, clusters, book);
    update_proxies();
    if (!trial) update_last_good();
    translation.graph.collect();
    if (update_book(translation, served, book)) places = ServedPlaces::of(translation, world);
    book.set("id tokens", tokens.problems(clusters.token_uses()));
    if (const auto now = std::exchange(refused, {})) book.set("envoy", blame(translation, world, *now));
    auto snapshots = std::make_shared<xds::SnapshotsByRole>();
    for (const auto& name : proxy_names) {
      (*snapshots)[world.write_namespace() + "~" + name] = translation.proxies.peek(name)->snapshot;
    }
    return {std::move(snapshots), changes(), places, kept, TokenBook::wishes(translation, clusters.token_uses())};
  }

  void note_change(const model::ObjectRef& ref) {
    if (trying) return;
    if (const auto object = world.find(ref)) {
      const auto known = translation.last_good.peek(ref);
      if (!known || known->hash != object->hash) untried.insert(ref);
      prefer_shared(ref);
    } else {
      untried.erase(ref);
      forget_good(ref);
    }
  }

  // What the Solder that leads says was good last; whether the newest version is good here is tried all the same.
  void prefer_shared(const model::ObjectRef& ref) {
    const auto object = options.keep_last_good ? world.find(ref) : nullptr;
    const auto good = object ? shared.find(ref, object->hash) : nullptr;
    const auto known = translation.last_good.peek(ref);
    if (!good || (known && known->hash == good->hash)) return;
    set_good(ref, good);
    if (lasts(ref)) journal->set(ref, good);
    untried.insert(ref);
  }

  // Objects of plugins' kinds change often and derived ones come from others: their last good versions are in memory.
  [[nodiscard]] bool lasts(const model::ObjectRef& ref) const {
    return world.told().count(ref) != 0 && !is_plugin_kind(translation, ref.kind);
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
    book.set(told_by("derived objects", source), result ? result->diagnostics : model::Diagnostics());
  }

  void forget_good(const model::ObjectRef& ref) {
    if (!options.keep_last_good) return;
    set_good(ref, nullptr);
    journal->set(ref, nullptr);
  }

  // What the journal remembers of objects that are no longer there.
  void drop_orphans() {
    for (const auto& [ref, object] : std::map(journal->loaded())) {
      if (!told(ref)) forget_good(ref);
    }
  }

  void unroot(const std::set<model::ObjectRef>& gone) {
    for (const auto& ref : gone) {
      with_step(translation, ref, [](auto& family, const auto& key) { family.unroot(key); });
      if (ref.kind != "Upstream") continue;
      translation.endpoints.unroot(ref);
      clusters.set_cluster(ref, nullptr);
      book.set(told_by("cluster", ref), {});
      book.set(told_by("endpoints", ref), {});
    }
  }

  // Objects that are seen are roots: they have a state whether something on a listener reads them or not.
  void update_roots() {
    auto membership = world.take_membership();
    unroot(membership.gone);
    update_derived();
    world.update();
    auto derived = world.take_membership();
    unroot(derived.gone);
    for (const auto& ref : derived.gone) membership.come.erase(ref);
    membership.come.merge(derived.come);
    translate_ahead(translation, membership.come, options.threads, options.worth_threads);
    base::Progress progress("translating", membership.come.size());
    const auto root = [](auto& family, const auto& key) { family.root(key); };
    for (const auto& ref : membership.come) {
      if (ref.kind != "Gateway") with_step(translation, ref, root);
      progress.step();
    }
    // Last, as one reads all virtual services.
    for (const auto& ref : membership.come) {
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

  void update_last_good() {
    if (!options.keep_last_good) return;
    const auto conflicted = conflicting_objects(translation);
    KeptVersions now;  // small: what is not good
    for (auto at = untried.begin(); at != untried.end();) {
      const auto object = world.find(*at);
      if (!object || conflicted.count(*at) != 0 || !is_good(translation, *at)) {
        const auto good = object && lasts(*at) ? translation.last_good.peek(*at) : nullptr;
        if (good && good->hash != object->hash) now[*at] = {object->hash, good};
        ++at;
        continue;
      }
      set_good(*at, object);
      if (lasts(*at)) journal->set(*at, object);
      at = untried.erase(at);
    }
    journal->flush();
    if (now != *kept) kept = std::make_shared<KeptVersions>(std::move(now));
  }

  std::vector<model::ObjectChange> changes() {
    auto changed = world.take_changed();
    changed.merge(book.take_changed());
    return said_of(changed);
  }

  [[nodiscard]] std::vector<model::ObjectChange> said_of(const std::set<model::ObjectRef>& changed) const {
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
    EngineInputs out{{}, false, book.said_by("files"), last_refused, tokens.states(), shared, whole_world};
    telling->tell(world, translation.last_good, most, out);
    return out;
  }

  void take(const EngineInputs& inputs) {
    shared = inputs.shared;
    for (const auto& [ref, object, good] : inputs.objects) {
      if (object != told(ref)) set_object(ref, object);
      if (translation.last_good.peek(ref) != good) set_good(ref, good);
      if (good && object && good->hash == object->hash) untried.erase(ref);
    }
    book.set("files", inputs.problems);
    refused = last_refused = inputs.refused;
    tokens.take(translation, inputs.tokens);
    whole_world = inputs.whole_world;
  }

  // What goes on.
  void succeed(Impl& before) {
    options = before.options;
    std::swap(journal, before.journal);
    kept = before.kept;
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
  for (const store::Change& change : batch.changes) {
    if (change.ref.kind != kSharedKind) {
      impl_->set_object(change.ref, change.object);
    } else if (const auto about = impl_->shared.set(change.ref, change.object)) {
      impl_->prefer_shared(*about);
    }
  }
  impl_->book.set("files", batch.problems);
  if (batch.complete && !impl_->whole_world) {
    impl_->whole_world = true;
    impl_->drop_orphans();
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
  return second.impl_->said_of(differences({impl_->translation, impl_->world, impl_->book},
                                           {second.impl_->translation, second.impl_->world, second.impl_->book}));
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

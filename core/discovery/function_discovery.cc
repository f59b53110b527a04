#include "core/discovery/function_discovery.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "core/config/decode.h"
#include "core/discovery/selection.h"
#include "core/host/plugin.h"

namespace solder::discovery {

using nlohmann::json;

namespace {

constexpr std::string_view kTypeScope = "upstream_type:";
constexpr std::string_view kFinderScope = "finder:";

// Whether a reference to that Secret stands anywhere in it.
bool names_secret(const json& value, const model::ObjectRef& secret) {
  if (value.is_object() && value.value("name", json()) == secret.name && value.value("namespace", json()) == secret.ns)
    return true;
  if (!value.is_structured()) return false;
  for (const auto& each : value) {
    if (names_secret(each, secret)) return true;
  }
  return false;
}

}  // namespace

struct FunctionDiscovery::Impl : host::DiscoveryListener {
  struct Followed {
    host::FollowedUpstream upstream;
    uint64_t generation = 0;  // of the plugin
  };
  struct News {
    std::vector<store::Batch> batches;
    std::shared_ptr<host::PluginSet> plugins;
    config::SchemaCatalogPtr catalog;
    std::optional<bool> leads;
    bool ended = false;

    [[nodiscard]] bool empty() const { return batches.empty() && !plugins && !leads && !ended; }
  };

  Impl(host::SecretBook& its_secrets, Ends its_ends, std::optional<model::ObjectRef> its_only)
      : secrets(its_secrets), ends(std::move(its_ends)), only(std::move(its_only)) {}

  host::SecretBook& secrets;
  const Ends ends;
  const std::optional<model::ObjectRef> only;

  std::mutex mutex;
  std::condition_variable filled;
  News news;

  std::mutex problems_mutex;
  std::map<model::ObjectRef, model::Diagnostics> problems;

  // Of the thread.
  std::shared_ptr<host::PluginSet> plugins;
  config::SchemaCatalogPtr catalog;
  std::map<model::ObjectRef, model::ObjectPtr> upstreams, settings_objects, namespaces, secret_objects;
  std::map<model::ObjectRef, Followed> followed;
  std::map<uint64_t, std::unique_ptr<host::Discoverer>> discoverers;  // by generation
  std::set<uint64_t> failed;
  bool complete = false, leads = true;
  std::thread thread;

  base::Status published(const std::string& plugin, const host::PublishedList& list) override {
    return ends.publish(plugin, list);
  }

  host::SettingsBook* settings() override { return ends.settings; }

  void reported(const std::string& /*plugin*/, const model::ObjectRef& object, model::Diagnostics found) override {
    for (auto& each : found) {
      if (each.severity == model::Severity::kError) each.severity = model::Severity::kWarning;
    }
    model::Diagnostics all;
    {
      const std::lock_guard lock(problems_mutex);
      found.empty() ? static_cast<void>(problems.erase(object))
                    : static_cast<void>(problems[object] = std::move(found));
      for (const auto& [ref, each] : problems) all.insert(all.end(), each.begin(), each.end());
      // Under the lock: what is told last is what is so.
      ends.tell(std::move(all));
    }
  }

  News take() {
    std::unique_lock lock(mutex);
    filled.wait(lock, [this] { return !news.empty(); });
    return std::exchange(news, {});
  }

  void run() {
    for (News now = take(); !now.ended; now = take()) {
      std::set<model::ObjectRef> touched;
      bool all = false;
      if (now.plugins) {
        all = true;
        use(std::move(now.plugins), std::move(now.catalog));
      }
      if (now.leads && *now.leads != leads) {
        leads = *now.leads;
        all = true;
        if (!leads) let_go();
      }
      std::set<model::ObjectRef> changed_secrets;
      for (store::Batch& batch : now.batches) {
        all = take_batch(batch, touched, changed_secrets) || (batch.complete && !complete) || all;
        complete = complete || batch.complete;
      }
      if (!plugins || !catalog) continue;
      for (const auto& ref : changed_secrets) read_secret(ref);
      if (!complete || !leads) continue;
      look(touched, changed_secrets, all);
      // After those who look for it were told: nothing is published for it any more.
      for (const auto& ref : touched) {
        if (upstreams.count(ref) == 0) gone(ref);
      }
    }
    discoverers.clear();
    plugins.reset();
  }

  // Another looks now.
  void let_go() {
    discoverers.clear();
    for (const auto& [ref, each] : std::exchange(followed, {})) reported("", ref, {});
  }

  // True where it may matter to every upstream.
  bool take_batch(const store::Batch& batch, std::set<model::ObjectRef>& touched,
                  std::set<model::ObjectRef>& changed_secrets) {
    bool all = false;
    for (const store::Change& change : batch.changes) {
      auto* kept = change.ref.kind == "Upstream"    ? &upstreams
                   : change.ref.kind == "Settings"  ? &settings_objects
                   : change.ref.kind == "Namespace" ? &namespaces
                   : change.ref.kind == "Secret"    ? &secret_objects
                                                    : nullptr;
      if (kept == nullptr) continue;
      if (change.object) {
        (*kept)[change.ref] = change.object;
      } else {
        kept->erase(change.ref);
      }
      if (kept == &upstreams) touched.insert(change.ref);
      if (kept == &secret_objects) changed_secrets.insert(change.ref);
      all = all || kept == &settings_objects || kept == &namespaces;
    }
    return all;
  }

  void gone(const model::ObjectRef& ref) {
    ends.gone(ref);
    reported("", ref, {});
  }

  void read_secret(const model::ObjectRef& ref) {
    const auto at = secret_objects.find(ref);
    auto decoded =
        at == secret_objects.end() ? config::Decoded<model::Secret>() : config::decode_secret(*at->second, *catalog);
    if (!decoded.value) return secrets.remove(ref);
    secrets.put(ref, std::move(decoded.value->data));
  }

  void use(std::shared_ptr<host::PluginSet> next, config::SchemaCatalogPtr its_catalog) {
    std::set<uint64_t> there;
    for (const auto& [key, plugin] : next->owners()) there.insert(plugin->lineage());
    // Old instances end before new ones begin: nothing is looked for twice.
    std::erase_if(discoverers, [&](const auto& each) { return there.count(each.first) == 0; });
    std::erase_if(followed, [&](const auto& each) {
      const bool left = there.count(each.second.generation) == 0;
      if (left) reported("", each.first, {});
      return left;
    });
    failed.clear();
    const bool first = !catalog;
    plugins = std::move(next);
    catalog = std::move(its_catalog);
    if (!first) return;
    for (const auto& [ref, object] : secret_objects) read_secret(ref);
  }

  struct Finders {
    std::map<std::string, host::Plugin*> types;  // upstream types whose owner discovers
    host::Plugin* services = nullptr;            // for upstreams of other types: the first by name

    [[nodiscard]] host::Plugin* of(const std::string& type) const {
      const auto at = types.find(type);
      return at == types.end() ? services : at->second;
    }
  };
  [[nodiscard]] Finders finders_now() const {
    Finders out;
    for (const auto& [key, plugin] : plugins->owners()) {
      if (key.starts_with(kTypeScope) && plugin->discovers()) out.types.emplace(key.substr(kTypeScope.size()), plugin);
      if (key.starts_with(kFinderScope) && out.services == nullptr) out.services = plugin;
    }
    return out;
  }

  void look(const std::set<model::ObjectRef>& touched, const std::set<model::ObjectRef>& changed_secrets, bool all) {
    const auto finders = finders_now();
    const auto current = read_settings();
    std::map<host::Plugin*, std::vector<host::FollowedUpstream>> start;
    std::map<uint64_t, std::vector<model::ObjectRef>> stop;
    std::set<model::ObjectRef> refs = touched;
    if (all) {
      for (const auto& [ref, object] : upstreams) refs.insert(ref);
    }
    for (const auto& [ref, each] : followed) {
      if (all || uses_one(each.upstream, changed_secrets)) refs.insert(ref);
    }
    for (const auto& ref : refs) {
      const auto before = followed.find(ref);
      std::string why;
      auto wanted = wanted_now(ref, finders, current, why);
      const bool same = wanted && before != followed.end() && before->second.generation == wanted->generation &&
                        before->second.upstream == wanted->upstream;
      if (same && !uses_one(wanted->upstream, changed_secrets)) continue;
      if (before != followed.end() && (!wanted || wanted->generation != before->second.generation)) {
        stop[before->second.generation].push_back(ref);
        followed.erase(before);
      }
      if (!wanted) continue;
      start[finders.of(wanted->upstream.key)].push_back(wanted->upstream);
      followed[ref] = std::move(*wanted);
    }
    if (std::string why; only && ends.not_followed && !wanted_now(*only, finders, current, why)) ends.not_followed(why);
    for (const auto& [generation, refs_of_it] : stop) {
      if (const auto at = discoverers.find(generation); at != discoverers.end()) at->second->forget(refs_of_it);
      for (const auto& ref : refs_of_it) reported("", ref, {});
    }
    for (const auto& [plugin, upstream] : start) {
      if (auto* discoverer = discoverer_of(*plugin)) discoverer->follow(upstream);
    }
  }

  static bool uses_one(const host::FollowedUpstream& upstream, const std::set<model::ObjectRef>& secrets_changed) {
    if (secrets_changed.empty()) return false;
    const json spec = json::parse(upstream.spec_json, nullptr, false);
    for (const auto& secret : secrets_changed) {
      if (names_secret(spec, secret)) return true;
    }
    return false;
  }

  struct CurrentSettings {
    Mode mode = Mode::kUnset;
    std::vector<std::string> namespaces;
    std::vector<model::OptionDefault> defaults;
  };
  [[nodiscard]] CurrentSettings read_settings() const {
    CurrentSettings out;
    const model::Object* chosen = nullptr;  // as the engine chooses
    for (const auto& [ref, object] : settings_objects) {
      if (chosen == nullptr || (ref.name == "default" && chosen->ref.name != "default")) chosen = object.get();
    }
    if (chosen == nullptr) return out;
    const auto decoded = config::decode_settings(*chosen, *catalog);
    if (!decoded.value) return out;
    return {mode_of(decoded.value->spec_json), decoded.value->watch_namespaces, decoded.value->upstream_defaults};
  }

  static bool is_watched(const model::Object& object, const CurrentSettings& current) {
    const auto& watched = current.namespaces;
    return watched.empty() || std::find(watched.begin(), watched.end(), object.ref.ns) != watched.end();
  }

  [[nodiscard]] bool is_wanted(const model::Object& object, const std::string& type, const CurrentSettings& current,
                               Aim aim) const {
    const std::string& name = object.ref.ns;
    const auto ns = namespaces.find({"Namespace", "default", name});
    return is_selected(current.mode, type, object.labels, name, ns == namespaces.end() ? Labels() : ns->second->labels,
                       aim);
  }

  // Decoding all upstreams of a large world for the few that count would be dear.
  [[nodiscard]] bool is_worth_reading(const model::Object& object, const Finders& finders,
                                      const CurrentSettings& current) const {
    const auto& types = finders.types;
    const bool has_type = std::any_of(types.begin(), types.end(), [&](const auto& each) {
      return object.json.find('"' + each.first + "\":") != std::string::npos;
    });
    return has_type || (finders.services != nullptr && is_wanted(object, "", current, service_aim(object.json)));
  }

  // Whether the user speaks of a service, in either spelling.
  static Aim service_aim(const std::string& text) {
    const bool known =
        text.find("\"serviceSpec\":") != std::string::npos || text.find("\"service_spec\":") != std::string::npos;
    return known ? Aim::kKnownService : Aim::kAnyService;
  }

  [[nodiscard]] std::optional<Followed> wanted_now(const model::ObjectRef& ref, const Finders& finders,
                                                   const CurrentSettings& current, std::string& why) const {
    const auto at = upstreams.find(ref);
    if (at == upstreams.end() || (only && ref != *only)) {
      why = "there is no " + to_string(ref);
      return std::nullopt;
    }
    const model::Object& object = *at->second;
    const std::string not_wanted =
        "it is not looked at, as Settings (discovery.fdsMode, watchNamespaces) or the label "
        "discovery.solo.io/function_discovery say";
    const std::string no_finder = "no plugin that is loaded finds functions on upstreams of its type";
    why = finders.services == nullptr ? no_finder : not_wanted;
    if (!is_worth_reading(object, finders, current)) return std::nullopt;
    const auto decoded = config::decode_upstream(object, *catalog, current.defaults);
    if (!decoded.value) {
      why = "it cannot be read; `solder check` says why";
      return std::nullopt;
    }
    const model::Upstream& upstream = *decoded.value;
    host::Plugin* finder = finders.of(upstream.type);
    if (finder == nullptr || upstream.type.empty()) {
      why = no_finder;
      return std::nullopt;
    }
    why = not_wanted;
    const Aim aim = finder == finders.services ? service_aim(upstream.type_json) : Aim::kType;
    const bool selected = finder->discovers_endpoints() || is_wanted(object, upstream.type, current, aim);
    if (!is_watched(object, current) || !selected) return std::nullopt;
    return Followed{{ref, upstream.type, upstream.type_path, upstream.type_json, upstream.spec_json},
                    finder->lineage()};
  }

  host::Discoverer* discoverer_of(host::Plugin& plugin) {
    const auto at = discoverers.find(plugin.lineage());
    if (at != discoverers.end()) return at->second.get();
    if (failed.count(plugin.lineage()) != 0) return nullptr;
    auto made = plugin.make_discoverer(*this);
    if (!made.ok()) {
      spdlog::error("plugin {} finds no functions: {}", plugin.manifest.name, made.status().message());
      failed.insert(plugin.lineage());
      return nullptr;
    }
    return (discoverers[plugin.lineage()] = std::move(*made)).get();
  }
};

FunctionDiscovery::FunctionDiscovery(host::SecretBook& secrets, Ends ends, std::optional<model::ObjectRef> only)
    : impl_(std::make_unique<Impl>(secrets, std::move(ends), std::move(only))) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

FunctionDiscovery::~FunctionDiscovery() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->news.ended = true;
  }
  impl_->filled.notify_all();
  impl_->thread.join();
}

void FunctionDiscovery::lead(bool leads) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->news.leads = leads;
  }
  impl_->filled.notify_all();
}

void FunctionDiscovery::objects(store::Batch batch) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->news.batches.push_back(std::move(batch));
  }
  impl_->filled.notify_all();
}

void FunctionDiscovery::plugins(std::shared_ptr<host::PluginSet> plugins, config::SchemaCatalogPtr catalog) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->news.plugins = std::move(plugins);
    impl_->news.catalog = std::move(catalog);
  }
  impl_->filled.notify_all();
}

}  // namespace solder::discovery

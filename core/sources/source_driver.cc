#include "core/sources/source_driver.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "core/config/kinds.h"
#include "core/host/plugin.h"
#include "solder/services/settings.h"

namespace solder::sources {

namespace {

constexpr std::string_view kSourceScope = "source:";
constexpr std::string_view kSharedKind = "SharedEntry";
constexpr size_t kMaxReason = 8192;  // of what is written about one object
// Where much is found every moment, all of it is not shared each time.
constexpr std::chrono::milliseconds kBetweenShares{100};

std::vector<host::Plugin*> watchers(const host::PluginSet& plugins) {
  std::vector<host::Plugin*> out;
  for (const auto& [key, plugin] : plugins.owners()) {
    if (key.starts_with(kSourceScope)) out.push_back(plugin);
  }
  return out;
}

std::vector<host::WatchedKind> kinds_of(const host::PluginSet& plugins) {
  std::map<std::string, std::string> all;
  for (const auto& [kind, declared] : plugins.kinds()) all[kind] = declared.api_version;
  for (const auto& [kind, version] : config::decoded_kinds()) all[kind] = version;
  all[std::string(config::kNamespaceKind)] = "v1";
  std::vector<host::WatchedKind> out;
  for (const auto& [kind, version] : all) out.push_back({kind, version});
  return out;
}

std::string reason_of(const model::ObjectReport& report) {
  std::string reason;
  for (const auto& problem : report.diagnostics) {
    if (problem.severity == model::Severity::kInfo || reason.size() > kMaxReason) continue;
    reason += (reason.empty() ? "" : "\n") + report::to_text_without_object(problem);
  }
  return reason;
}

// The generation that a source's object says it is, or nothing.
nlohmann::json generation_of(const model::Object& object) {
  const auto json = nlohmann::json::parse(object.json, nullptr, false);
  const auto metadata = json.is_object() ? json.value("metadata", nlohmann::json()) : nlohmann::json();
  return metadata.is_object() ? metadata.value("generation", nlohmann::json()) : nlohmann::json();
}

}  // namespace

std::vector<std::string> watching(const host::PluginSet& plugins) {
  std::vector<std::string> out;
  for (const auto* plugin : watchers(plugins)) out.push_back(plugin->manifest.name);
  return out;
}

std::vector<std::string> awaiting_settings(const host::PluginSet& plugins) {
  std::vector<std::string> out;
  for (const auto* plugin : watchers(plugins)) {
    const auto& needs = plugin->manifest.needs;
    if (std::find(needs.begin(), needs.end(), SOLDER_SVC_SETTINGS) != needs.end()) out.push_back(plugin->manifest.name);
  }
  return out;
}

struct SourceDriver::Impl {
  explicit Impl(SourceStore& its_store) : store(its_store) {}

  struct News {
    std::shared_ptr<host::PluginSet> plugins;
    std::map<model::ObjectRef, std::optional<model::ObjectReport>> statuses;  // the newest of each; none: it is gone
    std::optional<SharedEntries> shared;
    bool ended = false;

    [[nodiscard]] bool urgent() const { return plugins || !statuses.empty() || ended; }
    [[nodiscard]] bool empty() const { return !urgent() && !shared; }
  };

  SourceStore& store;
  std::mutex mutex;
  std::condition_variable filled;
  News news;

  // Of the thread.
  struct Running {
    std::string name;
    std::unique_ptr<host::Watcher> watcher;
  };
  std::shared_ptr<host::PluginSet> plugins;
  std::map<uint64_t, Running> running;  // by generation
  std::vector<host::WatchedKind> kinds;
  std::optional<SharedEntries> shared;  // none: nothing was translated yet
  std::chrono::steady_clock::time_point next_share;
  std::thread thread;

  News take() {
    std::unique_lock lock(mutex);
    filled.wait(lock, [this] { return !news.empty(); });
    filled.wait_until(lock, next_share, [this] { return news.urgent(); });
    return std::exchange(news, {});
  }

  void run() {
    for (News now = take(); !now.ended; now = take()) {
      if (now.plugins) use(std::move(now.plugins));
      if (!now.statuses.empty()) hand_on(now.statuses);
      if (now.shared) {
        next_share = std::chrono::steady_clock::now() + kBetweenShares;
        shared = std::move(now.shared);
        for (auto& [generation, one] : running) share(one);
      }
    }
    running.clear();
    plugins.reset();
  }

  void use(std::shared_ptr<host::PluginSet> next) {
    std::set<uint64_t> there;
    for (const auto* plugin : watchers(*next)) there.insert(plugin->lineage());
    // Old instances end before new ones begin: nothing is watched twice.
    std::erase_if(running, [&](const auto& each) { return there.count(each.first) == 0; });
    auto now = kinds_of(*next);
    const bool other_kinds = std::exchange(kinds, std::move(now)) != kinds;
    plugins = std::move(next);
    for (auto* plugin : watchers(*plugins)) {
      const auto at = running.find(plugin->lineage());
      if (at == running.end()) {
        begin(*plugin);
      } else if (other_kinds && at->second.watcher) {
        watch(at->second);
      }
    }
  }

  void begin(host::Plugin& plugin) {
    Running& one = running[plugin.lineage()];
    one.name = plugin.manifest.name;
    store.begin(one.name);
    auto made = plugin.make_watcher(store);
    if (!made.ok()) {
      spdlog::error("plugin {} watches nothing: {}", one.name, made.status().message());
      return store.complete(one.name);
    }
    one.watcher = std::move(*made);
    watch(one);
  }

  void watch(Running& one) {
    const auto status = one.watcher->watch(kinds);
    if (status.ok()) return share(one);
    spdlog::error("plugin {} watches nothing: {}", one.name, status.message());
    store.complete(one.name);
  }

  void share(Running& one) const {
    if (!shared || !one.watcher) return;
    std::vector<host::ObjectStatus> entries;
    for (const auto& each : *shared) {
      if (store.find(each->about).plugin == one.name)
        entries.push_back({{std::string(kSharedKind), "", each->name}, each->json});
    }
    one.watcher->share(entries);
  }

  void hand_on(const std::map<model::ObjectRef, std::optional<model::ObjectReport>>& statuses) {
    std::map<std::string, std::vector<host::ObjectStatus>> by_plugin;
    for (const auto& [ref, report] : statuses) {
      const auto found = store.find(ref);
      if (!found.object) continue;
      // One about what the object was: the next is on its way.
      if (report && report->hash != 0 && report->hash != found.object->hash) continue;
      nlohmann::json status;
      if (report) {
        status = {{"state", model::to_string(report->state)}, {"reason", reason_of(*report)}};
        if (auto generation = generation_of(*found.object); generation.is_number()) status["generation"] = generation;
      }
      by_plugin[found.plugin].push_back(
          {ref, report ? status.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) : ""});
    }
    for (auto& [generation, one] : running) {
      if (one.watcher && by_plugin.count(one.name) != 0) one.watcher->statuses(by_plugin[one.name]);
    }
  }
};

SourceDriver::SourceDriver(SourceStore& store) : impl_(std::make_unique<Impl>(store)) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

SourceDriver::~SourceDriver() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->news.ended = true;
  }
  impl_->filled.notify_all();
  impl_->thread.join();
}

void SourceDriver::plugins(std::shared_ptr<host::PluginSet> plugins) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->news.plugins = std::move(plugins);
  }
  impl_->filled.notify_all();
}

void SourceDriver::share(SharedEntries entries) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->news.shared = std::move(entries);
  }
  impl_->filled.notify_all();
}

void SourceDriver::reports(const report::Reports::Changes& changes) {
  if (changes.reports.empty() && changes.gone.empty()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& report : changes.reports) impl_->news.statuses[report.object] = report;
    for (const auto& ref : changes.gone) impl_->news.statuses[ref] = std::nullopt;
  }
  impl_->filled.notify_all();
}

}  // namespace solder::sources

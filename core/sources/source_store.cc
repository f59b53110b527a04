#include "core/sources/source_store.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/replace_file.h"
#include "core/model/memory_only.h"
#include "core/sources/source_objects.h"
#include "core/sources/source_order.h"

namespace solder::sources {

namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr int kSettlesAtMost = 10;

// Nothing where some of it must not be written: half a world is no world to begin with.
std::optional<std::string> lines_of(const std::vector<model::ObjectPtr>& objects) {
  std::string out;
  if (std::any_of(objects.begin(), objects.end(), [](const auto& each) { return model::memory_only(*each); }))
    return std::nullopt;
  for (const auto& object : objects) out += object->json + "\n";
  return out;
}

}  // namespace

struct SourceStore::Impl {
  using Clock = std::chrono::steady_clock;
  struct Source {
    SourceObjects objects;
    model::Diagnostics problems;
    bool expected = false;
    bool awaits_settings = false;
    bool told = false;  // its world was whole once
    bool loaded = false;
    std::vector<store::Change> restored;  // from disk, not yet told
    Clock::time_point dirty_since, changed;
    bool dirty = false;
  };

  Impl(std::string its_directory, std::chrono::milliseconds its_settle)
      : directory(std::move(its_directory)), settle(its_settle) {}

  const std::string directory;
  const std::chrono::milliseconds settle;
  mutable std::mutex mutex;
  std::condition_variable woken;
  std::map<std::string, Source> sources;
  SourceOrder order;  // of what was told
  store::Listener listener;
  std::function<void()> settings_known;
  bool told_known = false;
  host::SettingsBook settings;
  bool stopping = false;
  std::thread writer;

  [[nodiscard]] std::string path_of(const std::string& plugin) const { return directory + "/" + plugin + ".jsonl"; }

  // All with the lock held.
  Source& source_of(const std::string& plugin) {
    Source& source = sources[plugin];
    if (!std::exchange(source.loaded, true)) load(plugin, source);
    return source;
  }

  void load(const std::string& plugin, Source& source) const {
    std::ifstream in(path_of(plugin));
    if (!in) return;
    size_t count = 0;
    for (std::string line; std::getline(in, line);) {
      model::Diagnostic problem;
      auto object = read_source_object(line, problem);
      if (!object) continue;
      source.objects.restore(std::move(object));
      ++count;
    }
    source.restored = source.objects.take();
    source.told = true;
    spdlog::info("{}: {} objects as they were when it was last heard", plugin, count);
  }

  void changed(Source& source) {
    const auto now = Clock::now();
    if (!std::exchange(source.dirty, true)) source.dirty_since = now;
    source.changed = now;
    woken.notify_all();
  }

  void tell(const std::string& plugin, Source& source) {
    if (!source.objects.whole() || !listener) return;
    auto changes = source.objects.take();
    if (!changes.empty()) changed(source);
    if (source.told && changes.empty()) return;
    source.told = true;
    hand_on(order.take(plugin, std::move(changes)));
  }

  void hand_on(std::vector<store::Change> changes) {
    store::Batch batch;
    batch.changes = std::move(changes);
    batch.complete = true;
    bool known = true;  // the Settings, as far as sources bring them
    for (const auto& [plugin, source] : sources) {
      const bool there = source.told || !source.expected;
      batch.complete = batch.complete && there;
      known = known && (there || source.awaits_settings);
      batch.problems.insert(batch.problems.end(), source.problems.begin(), source.problems.end());
      for (auto& problem : source.objects.problems()) batch.problems.push_back(std::move(problem));
    }
    for (auto& problem : order.problems()) batch.problems.push_back(std::move(problem));
    listener(std::move(batch));
    if (known && settings_known && !std::exchange(told_known, true)) settings_known();
  }

  [[nodiscard]] std::optional<Clock::time_point> due(const Source& source) const {
    if (!source.dirty || !source.objects.whole()) return std::nullopt;
    return std::min(source.changed + settle, source.dirty_since + settle * kSettlesAtMost);
  }

  void write_until_stopped() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      std::optional<Clock::time_point> next;
      for (auto& [plugin, source] : sources) {
        const auto when = due(source);
        if (when && *when <= Clock::now()) {
          write(plugin, source, lock);
        } else if (when && (!next || *when < *next)) {
          next = when;
        }
      }
      if (stopping) break;
      next ? static_cast<void>(woken.wait_until(lock, *next)) : woken.wait(lock);
    }
    for (auto& [plugin, source] : sources) {
      if (due(source)) write(plugin, source, lock);
    }
  }

  // Gives up the lock while it writes. Sources never go, so `source` stays.
  void write(const std::string& plugin, Source& source, std::unique_lock<std::mutex>& lock) {
    source.dirty = false;
    const auto lines = lines_of(source.objects.all());
    lock.unlock();
    std::error_code error;
    const std::string path = path_of(plugin);
    if (!lines) {
      std::filesystem::remove(path, error);
      lock.lock();
      return;
    }
    std::filesystem::create_directories(directory, error);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    const auto status = base::replace_file(path, path + ".new", *lines, kOwnerOnly);
    if (!status.ok()) spdlog::warn("{}: what it said last cannot be kept: {}", plugin, status.message());
    lock.lock();
  }
};

SourceStore::SourceStore(std::string directory, std::chrono::milliseconds settle)
    : impl_(std::make_unique<Impl>(std::move(directory), settle)) {}
SourceStore::~SourceStore() { SourceStore::stop(); }

void SourceStore::expect(const std::vector<std::string>& plugins) {
  const std::lock_guard lock(impl_->mutex);
  for (const auto& plugin : plugins) impl_->source_of(plugin).expected = true;
}

void SourceStore::awaits_settings(const std::vector<std::string>& plugins, std::function<void()> known) {
  const std::lock_guard lock(impl_->mutex);
  impl_->settings_known = std::move(known);
  for (const auto& plugin : plugins) impl_->source_of(plugin).awaits_settings = true;
}

void SourceStore::begin(const std::string& plugin) {
  const std::lock_guard lock(impl_->mutex);
  auto& source = impl_->source_of(plugin);
  source.objects.begin();
  // What another run left counts meanwhile.
  if (impl_->listener && !source.restored.empty()) {
    impl_->hand_on(impl_->order.take(plugin, std::exchange(source.restored, {})));
  }
}

host::SettingsBook* SourceStore::settings() { return &impl_->settings; }

SourceStore::Found SourceStore::find(const model::ObjectRef& ref) const {
  const std::lock_guard lock(impl_->mutex);
  for (const auto& [plugin, source] : impl_->sources) {
    if (auto object = source.objects.find(ref)) return {plugin, std::move(object)};
  }
  return {};
}

base::Status SourceStore::start(store::Listener listener) {
  const std::lock_guard lock(impl_->mutex);
  impl_->listener = std::move(listener);
  std::vector<store::Change> all;
  for (auto& [plugin, source] : impl_->sources) {
    auto changes = std::exchange(source.restored, {});
    if (source.objects.whole()) {
      for (auto& change : source.objects.take()) changes.push_back(std::move(change));
    }
    for (auto& change : impl_->order.take(plugin, std::move(changes))) all.push_back(std::move(change));
    if (!source.objects.whole()) continue;
    source.told = true;
  }
  impl_->hand_on(std::move(all));
  impl_->writer = std::thread([impl = impl_.get()] { impl->write_until_stopped(); });
  return {};
}

void SourceStore::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->woken.notify_all();
  if (impl_->writer.joinable()) impl_->writer.join();
  const std::lock_guard lock(impl_->mutex);
  impl_->listener = nullptr;
}

base::Status SourceStore::put(const std::string& plugin, std::string_view json) {
  const std::lock_guard lock(impl_->mutex);
  auto& source = impl_->source_of(plugin);
  auto status = source.objects.put(json);
  impl_->tell(plugin, source);
  return status;
}

void SourceStore::remove(const std::string& plugin, const model::ObjectRef& object) {
  const std::lock_guard lock(impl_->mutex);
  auto& source = impl_->source_of(plugin);
  source.objects.remove(object);
  impl_->tell(plugin, source);
}

void SourceStore::begin_list(const std::string& plugin, const std::string& kind, const std::string& ns) {
  const std::lock_guard lock(impl_->mutex);
  impl_->source_of(plugin).objects.begin_list(kind, ns);
}

void SourceStore::end_list(const std::string& plugin, const std::string& kind, const std::string& ns) {
  const std::lock_guard lock(impl_->mutex);
  auto& source = impl_->source_of(plugin);
  source.objects.end_list(kind, ns);
  impl_->tell(plugin, source);
}

void SourceStore::keep(const std::string& plugin, const std::string& kind, const std::string& ns) {
  const std::lock_guard lock(impl_->mutex);
  impl_->source_of(plugin).objects.keep(kind, ns);
}

void SourceStore::complete(const std::string& plugin) {
  const std::lock_guard lock(impl_->mutex);
  auto& source = impl_->source_of(plugin);
  source.objects.complete();
  impl_->changed(source);
  impl_->tell(plugin, source);
}

void SourceStore::reported(const std::string& plugin, model::Diagnostics problems) {
  const std::lock_guard lock(impl_->mutex);
  auto& source = impl_->source_of(plugin);
  if (source.problems == problems) return;
  source.problems = std::move(problems);
  if (impl_->listener) impl_->hand_on({});
}

}  // namespace solder::sources

#include "core/host/isolation/isolated_instances.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace solder::host::isolation {

namespace {

// A process that is started, and a change that is made.
constexpr auto kChangePatience = std::chrono::seconds(15);

Parcel task_parcel(Task what) {
  Parcel out;
  out.what = static_cast<uint8_t>(what);
  return out;
}

void add(Parcel& task, const FollowedUpstream& upstream) {
  add(task, upstream.ref);
  task.texts.insert(task.texts.end(), {upstream.key, upstream.path, upstream.value_json, upstream.spec_json});
}

Parcel task_parcel(const std::vector<WatchedKind>& kinds) {
  Parcel out = task_parcel(Task::kWatch);
  for (const auto& each : kinds) out.texts.insert(out.texts.end(), {each.kind, each.api_version});
  return out;
}

Parcel task_parcel(Task what, const std::vector<ObjectStatus>& objects) {
  Parcel out = task_parcel(what);
  for (const auto& each : objects) {
    add(out, each.ref);
    out.texts.push_back(each.json);
  }
  return out;
}

Parcel task_parcel(const StoreChange& change) {
  Parcel out = task_parcel(Task::kChange);
  out.numbers = {change.id};
  add(out, change.ref);
  out.texts.insert(out.texts.end(), {change.api_version, change.json});
  return out;
}

model::Diagnostic degraded(const std::string& plugin, const model::ObjectRef& about, const std::string& brings,
                           const std::string& why, bool parked) {
  model::Diagnostic out;
  out.severity = model::Severity::kWarning;
  out.reason = "PluginDegraded";
  out.object = about;
  out.message = "the plugin " + plugin + ", which " + brings + ", does not answer: " + why +
                (parked ? "; it is not started again until `solder plugin revive " + plugin + "`" : "") +
                "; what it last gave stays";
  out.plugin = plugin;
  return out;
}

model::ObjectRef source(const std::string& plugin) { return {"ConfigSource", "", plugin}; }

}  // namespace

IsolatedDiscoverer::IsolatedDiscoverer(AsideSetup setup, DiscoveryListener& listener)
    : plugin_(setup.start.name), listener_(listener), aside_(std::move(setup), *this) {}

void IsolatedDiscoverer::follow(const std::vector<FollowedUpstream>& upstreams) {
  Parcel task = task_parcel(Task::kFollow);
  {
    const auto lock = aside_.lock();
    for (const auto& each : upstreams) followed_[each.ref] = each;
  }
  for (const auto& each : upstreams) add(task, each);
  aside_.tell(std::move(task), [&](AsideServices& services) {
    for (const auto& each : upstreams) services.follow(each.ref);
  });
}

void IsolatedDiscoverer::forget(const std::vector<model::ObjectRef>& upstreams) {
  Parcel task = task_parcel(Task::kForget);
  {
    const auto lock = aside_.lock();
    for (const auto& each : upstreams) followed_.erase(each);
  }
  for (const auto& each : upstreams) add(task, each);
  aside_.tell(std::move(task), [&](AsideServices& services) {
    for (const auto& each : upstreams) services.forget(each);
  });
}

std::vector<Parcel> IsolatedDiscoverer::begin(AsideServices& services) {
  Parcel task = task_parcel(Task::kFollow);
  const bool was_down = std::exchange(told_down_, false);
  for (const auto& [ref, each] : followed_) {
    services.follow(ref);
    if (was_down) listener_.reported(plugin_, ref, {});
    add(task, each);
  }
  return task.texts.empty() ? std::vector<Parcel>() : std::vector{std::move(task)};
}

void IsolatedDiscoverer::down(const std::string& words, bool parked) {
  told_down_ = true;
  const auto lock = aside_.lock();
  for (const auto& [ref, each] : followed_)
    listener_.reported(plugin_, ref, {degraded(plugin_, ref, "finds what stands behind this", words, parked)});
}

IsolatedWatcher::IsolatedWatcher(AsideSetup setup, ObjectListener& listener)
    : plugin_(setup.start.name), listener_(listener), aside_(std::move(setup), *this) {}

base::Status IsolatedWatcher::watch(const std::vector<WatchedKind>& kinds) {
  {
    const auto lock = aside_.lock();
    kinds_ = kinds;
  }
  aside_.tell(task_parcel(kinds));
  return {};
}

void IsolatedWatcher::statuses(const std::vector<ObjectStatus>& statuses) {
  {
    const auto lock = aside_.lock();
    for (const auto& each : statuses)
      each.json.empty() ? static_cast<void>(statuses_.erase(each.ref))
                        : static_cast<void>(statuses_[each.ref] = each.json);
  }
  aside_.tell(task_parcel(Task::kStatuses, statuses));
}

void IsolatedWatcher::share(const std::vector<ObjectStatus>& entries) {
  {
    const auto lock = aside_.lock();
    shared_ = entries;
  }
  aside_.tell(task_parcel(Task::kShare, entries));
}

bool IsolatedWatcher::change(const StoreChange& change) {
  {
    const auto lock = aside_.lock();
    change_ = change;
    taken_.reset();
  }
  aside_.tell(task_parcel(change));
  auto lock = aside_.lock();
  answered_.wait_for(lock, kChangePatience, [this] { return taken_.has_value(); });
  change_.reset();
  return taken_.value_or(false);
}

std::vector<Parcel> IsolatedWatcher::begin(AsideServices&) {
  if (std::exchange(told_down_, false)) listener_.reported(plugin_, {});
  if (std::exchange(began_before_, true)) listener_.began(plugin_);
  std::vector<Parcel> out;
  if (kinds_) out.push_back(task_parcel(*kinds_));
  std::vector<ObjectStatus> statuses;
  for (const auto& [ref, json] : statuses_) statuses.push_back({ref, json});
  if (!statuses.empty()) out.push_back(task_parcel(Task::kStatuses, statuses));
  if (shared_) out.push_back(task_parcel(Task::kShare, *shared_));
  if (change_) out.push_back(task_parcel(*change_));
  return out;
}

void IsolatedWatcher::down(const std::string& words, bool parked) {
  told_down_ = true;
  listener_.reported(plugin_, {degraded(plugin_, source(plugin_), "brings objects", words, parked)});
}

void IsolatedWatcher::done(const Parcel& answer) {
  const bool ok = answer.status == SOLDER_OK;
  if (answer.what == static_cast<uint8_t>(Task::kWatch) && !ok) {
    spdlog::error("plugin {} watches nothing: {}", plugin_, answer.texts[0]);
    listener_.complete(plugin_);
  }
  if (answer.what != static_cast<uint8_t>(Task::kChange)) return;
  const auto lock = aside_.lock();
  taken_ = ok;
  answered_.notify_all();
}

}  // namespace solder::host::isolation

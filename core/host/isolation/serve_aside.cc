#include "core/host/isolation/serve_aside.h"

#include <memory>
#include <thread>
#include <utility>

#include "core/host/isolation/remote_services.h"
#include "core/host/library_plugin.h"
#include "core/host/services/quiet_listener.h"

namespace solder::host::isolation {

namespace {

// What the host of this process finds out about an instance goes the way of what the instance says itself.
class Forwarder final : public DiscoveryListener, public QuietObjectListener {
 public:
  explicit Forwarder(RemoteServices& services) : services_(services) {}

  using QuietObjectListener::reported;
  void reported(const std::string&, const model::ObjectRef& object, model::Diagnostics problems) override {
    Parcel parcel;
    add(parcel, object);
    for (const auto& each : problems) {
      parcel.numbers.push_back(static_cast<uint64_t>(each.severity));
      parcel.texts.insert(parcel.texts.end(), {each.field, each.reason, each.message, each.found, each.expected,
                                               each.related.kind, each.related.ns, each.related.name});
    }
    services_.use(Use::kReport, std::move(parcel));
  }

  // The tables that lead to these are Solder's.
  base::Status published(const std::string&, const PublishedList&) override { return {}; }

 private:
  RemoteServices& services_;
};

std::vector<ObjectStatus> objects_of(Parcel& task) {
  std::vector<ObjectStatus> out;
  for (size_t i = 0; i + kRefTexts < task.texts.size(); i += kRefTexts + 1)
    out.push_back({ref_at(task, i), std::move(task.texts[i + kRefTexts])});
  return out;
}

class Instance {
 public:
  Instance(PluginPtr plugin, RemoteServices& services) : plugin_(std::move(plugin)), forwarder_(services) {}

  base::Status perform(Parcel& task) {
    if (task.what == static_cast<uint8_t>(Task::kBegin)) return begin(static_cast<Role>(task.numbers.at(0)));
    if (discoverer_) return tell(*discoverer_, task);
    if (watcher_) return tell(*watcher_, task);
    return base::internal_error("it has no instance for that");
  }

 private:
  base::Status begin(Role role) {
    if (role == Role::kDiscovery) {
      auto made = plugin_->make_discoverer(forwarder_);
      if (!made.ok()) return made.status();
      discoverer_ = std::move(*made);
    } else {
      auto made = plugin_->make_watcher(forwarder_);
      if (!made.ok()) return made.status();
      watcher_ = std::move(*made);
    }
    return {};
  }

  static base::Status tell(Discoverer& discoverer, Parcel& task) {
    auto& texts = task.texts;
    if (task.what == static_cast<uint8_t>(Task::kFollow)) {
      std::vector<FollowedUpstream> upstreams;
      for (size_t i = 0; i + kUpstreamTexts <= texts.size(); i += kUpstreamTexts)
        upstreams.push_back({ref_at(task, i), texts[i + 3], texts[i + 4], texts[i + 5], texts[i + 6]});
      discoverer.follow(upstreams);
    } else if (task.what == static_cast<uint8_t>(Task::kForget)) {
      std::vector<model::ObjectRef> refs;
      for (size_t i = 0; i + kRefTexts <= texts.size(); i += kRefTexts) refs.push_back(ref_at(task, i));
      discoverer.forget(refs);
    }
    return {};
  }

  static base::Status tell(Watcher& watcher, Parcel& task) {
    switch (static_cast<Task>(task.what)) {
      case Task::kWatch: {
        std::vector<WatchedKind> kinds;
        for (size_t i = 0; i + 1 < task.texts.size(); i += 2) kinds.push_back({task.texts[i], task.texts[i + 1]});
        return watcher.watch(kinds);
      }
      case Task::kStatuses:
        watcher.statuses(objects_of(task));
        return {};
      case Task::kShare:
        watcher.share(objects_of(task));
        return {};
      case Task::kChange: {
        const StoreChange change{task.numbers.at(0), ref_at(task, 0), task.texts.at(3), task.texts.at(4)};
        return watcher.change(change) ? base::Status() : base::not_found("no store is set up here");
      }
      default:
        return {};
    }
  }

  PluginPtr plugin_;
  Forwarder forwarder_;
  std::unique_ptr<Discoverer> discoverer_;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace

void serve_aside(int socket, const PluginPtr& plugin, bool lease) {
  // No request leaves this process, but its values in files are read here.
  const auto services = std::make_shared<Services>();
  RemoteServices remote(socket, services->files, lease);
  services->elsewhere = &remote;
  services->lease = lease;
  static_cast<LibraryPlugin&>(*plugin).services = services;
  std::thread([&remote] { remote.listen(); }).detach();
  Instance instance(plugin, remote);
  while (true) {
    Parcel task = remote.next_task();
    const base::Status status = instance.perform(task);
    remote.tell_done(task, status);
  }
}

}  // namespace solder::host::isolation

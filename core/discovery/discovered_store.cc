#include "core/discovery/discovered_store.h"

#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "core/discovery/discovered_fields.h"

namespace solder::discovery {

namespace {

class Overlay final : public DiscoveredStore {
 public:
  Overlay(std::unique_ptr<store::Store> users, std::unique_ptr<store::Store> discovered, Listeners listeners)
      : users_(std::move(users)), discovered_(std::move(discovered)), listeners_(std::move(listeners)) {}
  ~Overlay() override { Overlay::stop(); }
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;

  base::Status start(store::Listener listener) override {
    listener_ = std::move(listener);
    auto status = discovered_->start([this](store::Batch batch) { take_discovered(std::move(batch)); });
    if (!status.ok()) return status;
    return users_->start([this](store::Batch batch) { take_users(std::move(batch)); });
  }
  void stop() override {
    users_->stop();
    discovered_->stop();
  }

  void tell(model::Diagnostics problems) override {
    const std::lock_guard lock(mutex_);
    if (problems == discovery_problems_) return;
    discovery_problems_ = std::move(problems);
    if (complete()) hand_on({});
  }

 private:
  void take_users(store::Batch batch) {
    if (listeners_.users) listeners_.users(batch);
    const std::lock_guard lock(mutex_);
    for (store::Change& change : batch.changes) {
      const auto found = by_object_.find(change.ref);
      if (change.object && is_base(change.ref)) {
        bases_[change.ref] = change.object;
      } else {
        bases_.erase(change.ref);
      }
      if (change.object && found != by_object_.end()) change.object = merged(change.ref);
    }
    users_problems_ = std::move(batch.problems);
    users_complete_ = users_complete_ || batch.complete;
    hand_on(std::move(batch.changes));
  }

  void take_discovered(store::Batch batch) {
    if (listeners_.discovered) listeners_.discovered(batch);
    const std::lock_guard lock(mutex_);
    std::set<model::ObjectRef> touched;
    for (const store::Change& change : batch.changes) {
      if (const auto before = lists_.find(change.ref); before != lists_.end()) {
        touched.insert(before->second.object);
        by_object_[before->second.object].erase(change.ref);
        lists_.erase(before);
      }
      if (change.ref.kind == kProblemsKind)
        told_problems_ = change.object ? read_problems(*change.object) : model::Diagnostics();
      auto list = change.object ? read_discovered(*change.object) : std::nullopt;
      if (!list) continue;
      touched.insert(list->object);
      by_object_[list->object].insert(change.ref);
      lists_.emplace(change.ref, std::move(*list));
    }
    found_problems_ = std::move(batch.problems);
    found_complete_ = found_complete_ || batch.complete;
    std::vector<store::Change> changes;
    for (const auto& ref : touched) {
      if (bases_.count(ref) != 0) changes.push_back({ref, merged(ref)});
      if (by_object_.at(ref).empty()) by_object_.erase(ref);
    }
    hand_on(std::move(changes));
  }

  // The kinds that can have something discovered.
  static bool is_base(const model::ObjectRef& ref) { return ref.kind == "Upstream"; }

  [[nodiscard]] model::ObjectPtr merged(const model::ObjectRef& ref) const {
    std::vector<const host::PublishedList*> lists;
    if (const auto at = by_object_.find(ref); at != by_object_.end()) {
      for (const auto& each : at->second) lists.push_back(&lists_.at(each));
    }
    const auto base = bases_.find(ref);
    return base == bases_.end() ? nullptr : with_discovered(base->second, lists);
  }

  [[nodiscard]] bool complete() const { return users_complete_ && found_complete_; }

  void hand_on(std::vector<store::Change> changes) {
    store::Batch batch;
    batch.changes = std::move(changes);
    for (const auto* problems : {&users_problems_, &found_problems_, &discovery_problems_, &told_problems_})
      batch.problems.insert(batch.problems.end(), problems->begin(), problems->end());
    batch.complete = complete();
    listener_(std::move(batch));
  }

  std::unique_ptr<store::Store> users_, discovered_;
  const Listeners listeners_;
  store::Listener listener_;
  std::mutex mutex_;
  std::map<model::ObjectRef, model::ObjectPtr> bases_;                // as users wrote them
  std::map<model::ObjectRef, host::PublishedList> lists_;             // by the object that says so
  std::map<model::ObjectRef, std::set<model::ObjectRef>> by_object_;  // which of them are about an object
  model::Diagnostics users_problems_, found_problems_, discovery_problems_;
  model::Diagnostics told_problems_;  // by another process that discovers
  bool users_complete_ = false, found_complete_ = false;
};

}  // namespace

std::unique_ptr<DiscoveredStore> DiscoveredStore::make(std::unique_ptr<store::Store> users,
                                                       std::unique_ptr<store::Store> discovered, Listeners listeners) {
  return std::make_unique<Overlay>(std::move(users), std::move(discovered), std::move(listeners));
}

}  // namespace solder::discovery

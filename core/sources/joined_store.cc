#include "core/sources/joined_store.h"

#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace solder::sources {

namespace {

class Joined final : public store::Store {
 public:
  Joined(std::unique_ptr<store::Store> first, store::Store& second) : first_(std::move(first)), second_(second) {}
  ~Joined() override { Joined::stop(); }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

  base::Status start(store::Listener listener) override {
    listener_ = std::move(listener);
    if (auto status = second_.start([this](store::Batch batch) { take_second(std::move(batch)); }); !status.ok())
      return status;
    return first_->start([this](store::Batch batch) { take_first(std::move(batch)); });
  }
  void stop() override {
    first_->stop();
    second_.stop();
  }

 private:
  void take_first(store::Batch batch) {
    const std::lock_guard lock(mutex_);
    for (store::Change& change : batch.changes) {
      const auto other = seconds_.find(change.ref);
      if (change.object) {
        firsts_.insert(change.ref);
        if (other != seconds_.end()) doubles_.insert(change.ref);
        continue;
      }
      firsts_.erase(change.ref);
      doubles_.erase(change.ref);
      if (other != seconds_.end()) change.object = other->second;
    }
    first_problems_ = std::move(batch.problems);
    first_complete_ = first_complete_ || batch.complete;
    hand_on(std::move(batch.changes));
  }

  void take_second(store::Batch batch) {
    const std::lock_guard lock(mutex_);
    std::vector<store::Change> changes;
    for (store::Change& change : batch.changes) {
      change.object ? static_cast<void>(seconds_[change.ref] = change.object)
                    : static_cast<void>(seconds_.erase(change.ref));
      if (firsts_.count(change.ref) == 0) {
        changes.push_back(std::move(change));
      } else {
        change.object ? static_cast<void>(doubles_.insert(change.ref)) : static_cast<void>(doubles_.erase(change.ref));
      }
    }
    second_problems_ = std::move(batch.problems);
    second_complete_ = second_complete_ || batch.complete;
    hand_on(std::move(changes));
  }

  void hand_on(std::vector<store::Change> changes) {
    store::Batch batch;
    batch.changes = std::move(changes);
    batch.problems = first_problems_;
    batch.problems.insert(batch.problems.end(), second_problems_.begin(), second_problems_.end());
    for (const auto& ref : doubles_) {
      batch.problems.push_back({.severity = model::Severity::kWarning,
                                .reason = "DuplicateObject",
                                .object = ref,
                                .message = to_string(ref) + " comes from elsewhere as well; the one in a file counts",
                                .expected = "one of the two"});
    }
    batch.complete = first_complete_ && second_complete_;
    listener_(std::move(batch));
  }

  std::unique_ptr<store::Store> first_;
  store::Store& second_;
  store::Listener listener_;
  std::mutex mutex_;
  std::set<model::ObjectRef> firsts_, doubles_;
  std::map<model::ObjectRef, model::ObjectPtr> seconds_;
  model::Diagnostics first_problems_, second_problems_;
  bool first_complete_ = false, second_complete_ = false;
};

}  // namespace

std::unique_ptr<store::Store> join(std::unique_ptr<store::Store> first, store::Store& second) {
  return std::make_unique<Joined>(std::move(first), second);
}

}  // namespace solder::sources

// Runs a file store and waits until the world is as a test wants it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/store/store.h"

namespace solder::store {

class StoreWatcher {
 public:
  explicit StoreWatcher(std::vector<std::string> roots) : store_(make_file_store(std::move(roots))) {
    EXPECT_TRUE(store_->start([this](Batch batch) { take(std::move(batch)); }).ok());
    EXPECT_TRUE(until([this] { return batches_ > 0; }));
  }
  ~StoreWatcher() { store_->stop(); }

  // `done` is asked under the lock after each batch.
  bool until(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), done);
  }

  // The names of the upstreams, each with its port: "a:80 b:81".
  bool until_world(const std::string& world) {
    const bool there = until([&] { return world_text() == world; });
    const std::lock_guard lock(mutex_);
    if (!there) ADD_FAILURE() << "the world is \"" << world_text() << "\", wanted \"" << world << "\"";
    return there;
  }
  bool until_problem(const std::string& reason, const std::string& path) {
    return until([&] { return has_problem(reason, path); });
  }
  bool until_no_problems() {
    return until([this] { return problems_.empty(); });
  }

  [[nodiscard]] int deletions() {
    const std::lock_guard lock(mutex_);
    return deletions_;
  }
  [[nodiscard]] size_t batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  // Inside until().
  [[nodiscard]] size_t size() const { return world_.size(); }
  [[nodiscard]] size_t problems() const { return problems_.size(); }

 private:
  void take(Batch batch) {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(batch.complete);
    for (const auto& change : batch.changes) {
      if (change.object) {
        world_[change.ref.name] = change.object;
      } else {
        EXPECT_EQ(world_.erase(change.ref.name), 1u) << change.ref.name;
        ++deletions_;
      }
    }
    problems_ = std::move(batch.problems);
    ++batches_;
    changed_.notify_all();
  }

  std::string world_text() const {
    std::string out;
    for (const auto& [name, object] : world_) {
      const size_t port = object->json.find("\"port\":");
      const size_t end = object->json.find_first_of(",}", port);
      out += (out.empty() ? "" : " ") + name + ":" + object->json.substr(port + 7, end - port - 7);
    }
    return out;
  }
  bool has_problem(const std::string& reason, const std::string& path) const {
    for (const auto& problem : problems_) {
      if (problem.reason == reason && problem.where.file == path) return true;
    }
    return false;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, model::ObjectPtr> world_;
  model::Diagnostics problems_;
  int deletions_ = 0;
  size_t batches_ = 0;
  std::unique_ptr<Store> store_;
};

}  // namespace solder::store

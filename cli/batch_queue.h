// What the engine's thread has to do: what the stores said, all that is there taken at once, so that a flood of changes
// costs few translations and a single one is not delayed; and tasks, which are done between two translations. Tested by
// tests/unit/cli/batch_queue_test.cc.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "core/store/store.h"

namespace solder::cli {

// Called with false where it will not be done, because everything ends.
using Task = std::function<void(bool doable)>;

struct Work {
  std::vector<store::Batch> batches;
  std::vector<Task> tasks;
  bool poked = false;

  [[nodiscard]] bool empty() const { return batches.empty() && tasks.empty() && !poked; }
};

class BatchQueue {
 public:
  // [any thread]
  void push(store::Batch batch) {
    {
      const std::lock_guard lock(mutex_);
      work_.batches.push_back(std::move(batch));
    }
    filled_.notify_one();
  }

  // Something else than objects changed: take() returns, though it may give no batch. [any thread]
  void poke() {
    {
      const std::lock_guard lock(mutex_);
      work_.poked = true;
    }
    filled_.notify_one();
  }

  // False where nobody takes work any more; the task is not called then. [any thread]
  bool post(Task task) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return false;
      work_.tasks.push_back(std::move(task));
    }
    filled_.notify_one();
    return true;
  }

  // No more will come; take() gives what is left and then nothing.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
  }

  // All that waits, at least one thing; nothing once the queue is closed and empty.
  Work take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return closed_ || !work_.empty(); });
    return std::exchange(work_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  Work work_;
  bool closed_ = false;
};

}  // namespace solder::cli

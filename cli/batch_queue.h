// What the stores said, waiting for the engine: everything that is there is taken at once, so that a flood of changes
// costs few translations and a single one is not delayed. Tested by tests/unit/cli/batch_queue_test.cc.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "core/store/store.h"

namespace solder::cli {

class BatchQueue {
 public:
  // [any thread]
  void push(store::Batch batch) {
    {
      const std::lock_guard lock(mutex_);
      batches_.push_back(std::move(batch));
    }
    filled_.notify_one();
  }

  // Something else than objects changed: take() returns, though it may give no batch. [any thread]
  void poke() {
    {
      const std::lock_guard lock(mutex_);
      poked_ = true;
    }
    filled_.notify_one();
  }

  // No more will come; take() gives what is left and then nothing.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
  }

  struct Taken {
    std::vector<store::Batch> batches;
    bool poked = false;

    [[nodiscard]] bool nothing() const { return batches.empty() && !poked; }
  };
  // All that waits; nothing once the queue is closed and empty.
  Taken take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return closed_ || poked_ || !batches_.empty(); });
    return {std::exchange(batches_, {}), std::exchange(poked_, false)};
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<store::Batch> batches_;
  bool poked_ = false;
  bool closed_ = false;
};

}  // namespace solder::cli

// The lease by a file: one holder at a time, another one after it.
#include "core/discovery/lease.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>

namespace solder::discovery {
namespace {

class Holder {
 public:
  explicit Holder(const std::string& path) : lease_(make_file_lease(path)) {
    lease_->start([this](bool held) {
      const std::lock_guard lock(mutex_);
      held_ = held;
      changed_.notify_all();
    });
  }
  bool wait(std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, most, [this] { return held_; });
  }
  Lease& lease() { return *lease_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  std::unique_ptr<Lease> lease_;  // last: its thread uses the rest
};

TEST(Lease, OneAtATimeAndAnotherAfterIt) {
  const std::string path = ::testing::TempDir() + "lease-" + std::to_string(getpid());
  {
    auto first = std::make_unique<Holder>(path);
    ASSERT_TRUE(first->wait(std::chrono::seconds(20)));
    EXPECT_EQ(first->lease().holder(), "");
    Holder second(path);
    EXPECT_FALSE(second.wait(std::chrono::milliseconds(700)));
    EXPECT_EQ(second.lease().holder(), "the solder with process id " + std::to_string(getpid()));
    first.reset();
    EXPECT_TRUE(second.wait(std::chrono::seconds(20)));
    EXPECT_EQ(second.lease().holder(), "");
  }
  Holder third(path);
  EXPECT_TRUE(third.wait(std::chrono::seconds(20)));
  third.lease().stop();
  std::filesystem::remove(path);
}

TEST(Lease, WaitingForAPlaceThatIsNotThereCanBeEnded) {
  Holder holder("/nowhere/lease");
  EXPECT_FALSE(holder.wait(std::chrono::milliseconds(50)));
}

}  // namespace
}  // namespace solder::discovery

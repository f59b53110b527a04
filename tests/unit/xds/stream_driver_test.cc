// The strand of a stream, with a transport that writes on threads of its own: whatever happens at once, there is one
// write at a time, one finish, and the newest state arrives. Meant for ThreadSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/xds/stream_driver.h"
#include "tests/feature/xds/test_client.h"

namespace solder::xds::testing::stream_driver_test {
namespace {

constexpr auto kCluster = ResourceType::kCluster;

// Takes a write and hands it to whoever asks for it.
class TestTransport final : public Transport {
 public:
  void write(const base::Bytes& response) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(writing_.has_value()) << "two writes at once";
    EXPECT_FALSE(finished_.has_value()) << "a write after the end";
    writing_ = response.flatten();
    changed_.notify_all();
  }
  void finish(const base::Status& status) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(finished_.has_value()) << "ended twice";
    EXPECT_FALSE(writing_.has_value()) << "ended during a write";
    finished_ = status;
    changed_.notify_all();
  }
  void cancel() override { ++cancelled_; }

  // The next write, or nothing when the stream has ended.
  std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [&] { return writing_ || finished_; }));
    return std::exchange(writing_, std::nullopt);
  }
  [[nodiscard]] std::optional<base::Status> finished() const {
    const std::lock_guard lock(mutex_);
    return finished_;
  }
  [[nodiscard]] int cancelled() const { return cancelled_; }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::string> writing_;
  std::optional<base::Status> finished_;
  std::atomic<int> cancelled_{0};
};

class StreamDriverTest : public ::testing::Test {
 protected:
  StreamDriverTest() {
    context_.poke_at = [this](Clock::time_point time, const std::weak_ptr<Pokable>&) {
      const std::lock_guard lock(mutex_);
      pokes_.push_back(time);
    };
    context_.on_refusal = [this](const Refusal&) { ++refusals_; };
  }
  std::shared_ptr<StreamDriver> open(const StreamLimits& limits = {}) {
    auto driver = std::make_shared<StreamDriver>(transport_, StreamKind{true, {}}, 1, limits, "peer", context_);
    driver->begin(driver);
    return driver;
  }
  void publish(const std::string& value) {
    context_.groups.publish(make_snapshots("role", {{kCluster, {{"a", value}}}}));
  }

  StreamContext context_;
  TestTransport transport_;
  std::mutex mutex_;
  std::vector<Clock::time_point> pokes_;
  std::atomic<int> refusals_{0};
};

TEST_F(StreamDriverTest, EverythingAtOnce) {
  constexpr int kRounds = 2000;
  const auto driver = open();
  TestClient client(true);
  publish("0");
  ASSERT_TRUE(driver->receive(client.ask(kCluster, {})));

  std::thread publisher([&] {
    for (int i = 1; i <= kRounds; ++i) {
      publish(std::to_string(i));
      driver->poke();
    }
  });
  std::thread asker([&] {
    TestClient other(true);
    for (int i = 0; i < kRounds; ++i)
      driver->receive(other.ask(ResourceType::kEndpoint, {"e" + std::to_string(i % 7)}));
  });
  std::thread observer([&] {
    for (int i = 0; i < kRounds / 10; ++i) EXPECT_TRUE(driver->status().delta);
  });
  // The reader: writes complete on this thread, and each cluster is acknowledged or, now and then, refused.
  std::string newest;
  int refused = 0;
  for (int i = 0; newest != std::to_string(kRounds); ++i) {
    const auto wire = transport_.next();
    ASSERT_TRUE(wire.has_value());
    const auto response = client.read(*wire);
    driver->written(true);
    if (const auto found = response.resources.find("a"); found != response.resources.end()) newest = found->second;
    const bool refuse = i % 5 == 0;
    refused += refuse ? 1 : 0;
    driver->receive(client.acknowledge(response.type, refuse ? std::optional<std::string>("no") : std::nullopt));
  }
  publisher.join();
  asker.join();
  observer.join();
  EXPECT_EQ(refusals_, refused);

  std::thread first([&] { driver->end(base::unavailable("one")); });
  std::thread second([&] { driver->end(base::unavailable("two")); });
  while (transport_.next()) driver->written(true);
  first.join();
  second.join();
  EXPECT_EQ(transport_.finished()->code(), base::Code::kUnavailable);
  EXPECT_FALSE(driver->receive(client.ask(kCluster, {})));
}

TEST_F(StreamDriverTest, EndsAfterTheWriteUnderWay) {
  const auto driver = open();
  publish("1");
  TestClient client(true);
  driver->receive(client.ask(kCluster, {}));
  driver->end(base::unavailable("over"));
  EXPECT_FALSE(transport_.finished());
  ASSERT_TRUE(transport_.next());
  driver->written(true);
  EXPECT_EQ(transport_.finished()->message(), "over");
}

TEST_F(StreamDriverTest, AFailedWriteEndsTheStream) {
  const auto driver = open();
  publish("1");
  TestClient client(true);
  driver->receive(client.ask(kCluster, {}));
  ASSERT_TRUE(transport_.next());
  driver->written(false);
  EXPECT_TRUE(transport_.finished()->ok());
}

TEST_F(StreamDriverTest, ASilentClientIsEnded) {
  StreamLimits limits;
  limits.times.ask_within = std::chrono::milliseconds(0);
  const auto driver = open(limits);
  ASSERT_EQ(pokes_.size(), 1U);
  driver->poke();
  EXPECT_EQ(transport_.finished()->code(), base::Code::kDeadlineExceeded);
}

TEST_F(StreamDriverTest, AClientThatDoesNotReadIsCancelled) {
  StreamLimits limits;
  limits.times.read_within = std::chrono::milliseconds(0);
  const auto driver = open(limits);
  publish("1");
  TestClient client(true);
  driver->receive(client.ask(kCluster, {}));
  driver->poke();
  EXPECT_GE(transport_.cancelled(), 1);
}

// A thousand writes with a long patience arrange one poke, not a thousand.
TEST_F(StreamDriverTest, ArrangesFewPokes) {
  const auto driver = open();
  TestClient client(true);
  publish("0");
  driver->receive(client.ask(kCluster, {}));
  for (int i = 1; i < 1000; ++i) {
    ASSERT_TRUE(transport_.next());
    driver->written(true);
    driver->receive(client.ask(kCluster, {"a"}));
  }
  EXPECT_LT(pokes_.size(), 5U);
}

}  // namespace
}  // namespace solder::xds::testing::stream_driver_test

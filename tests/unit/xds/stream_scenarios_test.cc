// Every scenario of tests/feature/xds/scenarios over a Stream alone, with a clock that is moved by hand; those that
// need no clock also with responses that are taken as soon as they are due, or at any time between that and when the
// scenario looks for them, as a server's transport does: a scenario whose outcome depends on it is not one.
#include <deque>
#include <functional>
#include <random>

#include <gtest/gtest.h>

#include "core/xds/node_groups.h"
#include "core/xds/stream.h"
#include "tests/feature/xds/scenario.h"

namespace solder::xds::testing::stream_scenarios_test {
namespace {

class StreamWire final : public Wire {
 public:
  // Whether a response that is due is taken now, before the scenario looks for it.
  using Hurry = std::function<bool()>;
  explicit StreamWire(Hurry hurry = [] { return false; }) : hurry_(std::move(hurry)) {}

  void open(bool delta) override {
    taken_.clear();
    stream_ = std::make_unique<Stream>(StreamKind{delta, {}}, ++streams_, StreamLimits{}, counters_);
  }
  void send(const std::string& request) override {
    const auto status = stream_->receive(request, now_);
    ASSERT_TRUE(status.ok()) << status.message();
    for (auto& refusal : stream_->take_refusals()) refusals_.push_back(std::move(refusal));
    hurry();
  }
  std::optional<std::string> receive() override {
    if (taken_.empty()) return next();
    auto first = std::move(taken_.front());
    taken_.pop_front();
    return first;
  }
  std::optional<std::string> expect_nothing() override { return receive(); }
  void publish(std::shared_ptr<const SnapshotsByRole> snapshots) override {
    groups_.publish(std::move(snapshots));
    if (stream_ && stream_->started()) hurry();
  }
  void restart_server() override { stream_.reset(); }
  void pass(std::chrono::milliseconds time) override { now_ += time; }
  std::vector<Refusal> refusals() override { return std::exchange(refusals_, {}); }
  std::vector<Culprit> culprits() override { return stream_->status().culprits; }

 private:
  std::optional<std::string> next() {
    stream_->set_snapshot(groups_.find(stream_->role()));
    const auto response = stream_->next(now_);
    return response ? std::optional(response->flatten()) : std::nullopt;
  }
  void hurry() {
    while (hurry_()) {
      auto response = next();
      if (!response) return;
      taken_.push_back(std::move(*response));
    }
  }

  const Hurry hurry_;
  Counters counters_;
  NodeGroups groups_;
  Clock::time_point now_ = Clock::now();
  uint64_t streams_ = 0;
  std::unique_ptr<Stream> stream_;
  std::deque<std::string> taken_;
  std::vector<Refusal> refusals_;
};

class StreamScenarios : public ::testing::TestWithParam<Scenario> {};

TEST_P(StreamScenarios, GoAsWritten) {
  StreamWire wire;
  EXPECT_EQ(run_scenario(GetParam(), wire), "");
}

// Those without a clock: one with a clock says itself when what happens.
class ClocklessScenarios : public ::testing::TestWithParam<Scenario> {};

TEST_P(ClocklessScenarios, GoAsWrittenWhateverTheTransportTakesWhen) {
  StreamWire at_once([] { return true; });
  EXPECT_EQ(run_scenario(GetParam(), at_once), "") << "taken at once";
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    StreamWire any_time([&] { return random() % 2 == 0; });
    EXPECT_EQ(run_scenario(GetParam(), any_time), "") << "seed " << seed;
  }
}

std::string test_name(const ::testing::TestParamInfo<Scenario>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::vector<Scenario> clockless(std::vector<Scenario> all) {
  std::erase_if(all, [](const Scenario& scenario) { return scenario.needs_clock(); });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Files, ClocklessScenarios, ::testing::ValuesIn(clockless(load_scenarios(SCENARIOS))),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Files, StreamScenarios, ::testing::ValuesIn(load_scenarios(SCENARIOS)), test_name);

}  // namespace
}  // namespace solder::xds::testing::stream_scenarios_test

// Every scenario of tests/feature/xds/scenarios over a Stream alone, with a clock that is moved by hand.
#include <gtest/gtest.h>

#include "core/xds/node_groups.h"
#include "core/xds/stream.h"
#include "tests/feature/xds/scenario.h"

namespace solder::xds::testing {
namespace {

class StreamWire final : public Wire {
 public:
  void open(bool delta) override {
    stream_ = std::make_unique<Stream>(StreamKind{delta, {}}, ++streams_, StreamLimits{}, counters_);
  }
  void send(const std::string& request) override {
    const auto status = stream_->receive(request, now_);
    ASSERT_TRUE(status.ok()) << status.message();
    for (auto& refusal : stream_->take_refusals()) refusals_.push_back(std::move(refusal));
  }
  std::optional<std::string> receive() override {
    stream_->set_snapshot(groups_.find(stream_->role()));
    const auto response = stream_->next(now_);
    return response ? std::optional(response->flatten()) : std::nullopt;
  }
  std::optional<std::string> expect_nothing() override { return receive(); }
  void publish(std::shared_ptr<const SnapshotsByRole> snapshots) override { groups_.publish(std::move(snapshots)); }
  void restart_server() override { stream_.reset(); }
  void pass(std::chrono::milliseconds time) override { now_ += time; }
  std::vector<Refusal> refusals() override { return std::exchange(refusals_, {}); }

 private:
  Counters counters_;
  NodeGroups groups_;
  Clock::time_point now_ = Clock::now();
  uint64_t streams_ = 0;
  std::unique_ptr<Stream> stream_;
  std::vector<Refusal> refusals_;
};

class StreamScenarios : public ::testing::TestWithParam<Scenario> {};

TEST_P(StreamScenarios, GoAsWritten) {
  StreamWire wire;
  EXPECT_EQ(run_scenario(GetParam(), wire), "");
}

std::string test_name(const ::testing::TestParamInfo<Scenario>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, StreamScenarios, ::testing::ValuesIn(load_scenarios(SCENARIOS)), test_name);

}  // namespace
}  // namespace solder::xds::testing

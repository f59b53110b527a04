// The scenarios that need no clock of their own, over a real server and gRPC connections.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/feature/xds/scenario.h"
#include "tests/feature/xds/server_fixture.h"

namespace solder::xds::testing::scenarios_test {
namespace {

constexpr auto kFenceType = ResourceType::kExtensionConfig;
constexpr int kFences = 64;

std::string fence_name(int number) { return "fence-" + std::to_string(number); }

// "Nothing comes" without waiting for it: a question whose answer follows all that was due before. Three in a row,
// because one may overtake an update that is about to be written.
class GrpcWire final : public Wire {
 public:
  GrpcWire() : server_(std::make_unique<TestServer>()) {}

  void open(bool delta) override {
    delta_ = delta;
    stream_.reset();
    fence_.emplace(delta);
    connect_stream();
  }
  void send(const std::string& request) override { ASSERT_TRUE(stream_->send(request)); }
  std::optional<std::string> receive() override { return stream_->receive(); }

  std::optional<std::string> expect_nothing() override {
    if (!published_) {
      EXPECT_EQ((*server_)->counters().responses, 0U);
      return std::nullopt;
    }
    for (int i = 0; i < 3; ++i) {
      const auto name = fence_name(++fences_used_);
      EXPECT_TRUE(stream_->send(fence_->ask(kFenceType, {name})));
      const auto wire = stream_->receive();
      if (!wire) return std::nullopt;
      TestClient reader = *fence_;
      const auto response = reader.read(*wire);
      const bool answer = response.type == kFenceType && answers(response, name);
      if (!answer) return wire;
      *fence_ = reader;
      EXPECT_TRUE(stream_->send(fence_->acknowledge(kFenceType)));
    }
    return std::nullopt;
  }

  void publish(std::shared_ptr<const SnapshotsByRole> snapshots) override {
    published_ = with_fences(*snapshots);
    (*server_)->publish(published_);
  }
  void restart_server() override {
    stream_.reset();
    server_ = std::make_unique<TestServer>();
    (*server_)->publish(published_);
  }
  void pass(std::chrono::milliseconds) override { FAIL() << "a real server's clock cannot be moved"; }
  std::vector<Refusal> refusals() override {
    expect_nothing();  // what was sent before is worked off
    return server_->take_refusals();
  }
  std::vector<Culprit> culprits() override {
    expect_nothing();
    const auto nodes = (*server_)->nodes();
    return nodes.empty() ? std::vector<Culprit>() : nodes.front().culprits;
  }

 private:
  void connect_stream() {
    stream_ = std::make_unique<GrpcStream>(connect((*server_)->port()), delta_ ? kDeltaAds : kSotwAds);
  }
  static bool answers(const TestResponse& response, const std::string& name) {
    const bool removed = std::count(response.removed.begin(), response.removed.end(), name) != 0;
    return response.type == kFenceType && (removed || response.resources.count(name) != 0);
  }
  // State-of-the-world clients are answered only what exists.
  std::shared_ptr<const SnapshotsByRole> with_fences(const SnapshotsByRole& snapshots) const {
    auto out = std::make_shared<SnapshotsByRole>(snapshots);
    for (auto& [role, snapshot] : *out) {
      if (delta_) continue;
      auto copy = std::make_shared<Snapshot>(*snapshot);
      ResourceSet& resources = copy->types[static_cast<size_t>(kFenceType)];
      for (int i = 1; i <= kFences; ++i) {
        const auto name = fence_name(i);
        resources = resources.with(make_resource(name, base::Bytes(make_message(kFenceType, name, "1"))));
      }
      snapshot = copy;
    }
    return out;
  }

  std::unique_ptr<TestServer> server_;
  std::unique_ptr<GrpcStream> stream_;
  std::optional<TestClient> fence_;
  std::shared_ptr<const SnapshotsByRole> published_;
  bool delta_ = false;
  int fences_used_ = 0;
};

class ServerScenarios : public ::testing::TestWithParam<Scenario> {};

TEST_P(ServerScenarios, GoAsWritten) {
  GrpcWire wire;
  EXPECT_EQ(run_scenario(GetParam(), wire), "");
}

std::vector<Scenario> without_clock() {
  auto scenarios = load_scenarios(SCENARIOS);
  scenarios.erase(
      std::remove_if(scenarios.begin(), scenarios.end(), [](const auto& scenario) { return scenario.needs_clock(); }),
      scenarios.end());
  return scenarios;
}

std::string test_name(const ::testing::TestParamInfo<Scenario>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, ServerScenarios, ::testing::ValuesIn(without_clock()), test_name);

}  // namespace

void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

}  // namespace solder::xds::testing::scenarios_test

// What scenarios cannot say about a stream: errors, limits, times and floods.
#include "core/xds/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/xds/node_groups.h"
#include "tests/feature/xds/test_client.h"

namespace solder::xds::testing::stream_test {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr auto kCluster = ResourceType::kCluster;
constexpr auto kEndpoint = ResourceType::kEndpoint;
constexpr auto kRoute = ResourceType::kRoute;
constexpr auto kScope = ResourceType::kScopedRoute;

class StreamTest : public ::testing::TestWithParam<bool> {
 protected:
  Stream open(std::optional<ResourceType> only = {}, size_t max_subscriptions = 1000) {
    StreamLimits limits;
    limits.max_subscriptions = max_subscriptions;
    limits.max_subscriptions_of_all = 1500;
    return Stream(StreamKind{GetParam(), only}, 7, limits, counters_, &shared_);
  }
  std::optional<TestResponse> next(Stream& stream) {
    const auto bytes = stream.next(now_);
    return bytes ? std::optional(client_.read(bytes->flatten())) : std::nullopt;
  }
  void say(Stream& stream, const std::string& wire) { ASSERT_TRUE(stream.receive(wire, now_).ok()); }
  void acknowledge(Stream& stream, ResourceType type) { say(stream, client_.acknowledge(type)); }

  Counters counters_;
  SharedByStreams shared_;
  Clock::time_point now_ = Clock::now();
  TestClient client_{GetParam()};
};

TEST_P(StreamTest, APerTypeServiceServesThatTypeOnly) {
  auto stream = open(kEndpoint);
  stream.set_snapshot(make_snapshot({{kCluster, {{"a", "1"}}}, {kEndpoint, {{"a", "2"}}}}));
  say(stream, client_.ask(kCluster, {}));
  EXPECT_EQ(counters_.bad_requests, 1U);
  EXPECT_FALSE(next(stream));
  say(stream, client_.ask(kEndpoint, {"a"}));
  EXPECT_EQ(next(stream)->resources, (Values{{"a", "2"}}));
}

std::vector<std::string> numbered(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back("route-" + std::to_string(i));
  return names;
}

// Streams that ask for the same are answered alike, and go on by themselves.
TEST_P(StreamTest, ManyThatAskForMuchAreAnsweredAlike) {
  Values values;
  for (const auto& name : numbered(30)) values[name] = "1";
  values.erase("route-7");
  const auto before = make_snapshot({{kRoute, values}});
  auto first = open();
  auto second = open();
  TestClient other(GetParam());
  for (auto* stream : {&first, &second}) stream->set_snapshot(before);
  say(first, client_.ask(kRoute, numbered(30)));
  say(second, other.ask(kRoute, numbered(30)));
  const auto answer = first.next(now_);
  const auto alike = second.next(now_);
  ASSERT_TRUE(answer && alike);
  EXPECT_EQ(answer->pieces().front(), alike->pieces().front()) << "the same was written twice";
  EXPECT_EQ(client_.read(answer->flatten()).resources, values);
  EXPECT_EQ(other.read(alike->flatten()).resources, values);
  acknowledge(first, kRoute);
  ASSERT_TRUE(second.receive(other.acknowledge(kRoute), now_).ok());
  values["route-3"] = "2";
  values["route-7"] = "2";
  for (auto* stream : {&first, &second}) stream->set_snapshot(make_snapshot({{kRoute, values}}));
  const auto update = next(first)->resources;
  EXPECT_EQ(update.at("route-3"), "2");
  EXPECT_EQ(update.at("route-7"), "2");
  EXPECT_EQ(update, other.read(second.next(now_)->flatten()).resources);
}

TEST_P(StreamTest, WhatIsSaidBeforeTheAnswerCounts) {
  Values values;
  for (const auto& name : numbered(30)) values[name] = "1";
  auto stream = open();
  say(stream, client_.ask(kRoute, numbered(29)));
  say(stream, client_.ask(kRoute, numbered(30)));
  stream.set_snapshot(make_snapshot({{kRoute, values}}));
  stream.set_snapshot(make_snapshot({{kRoute, values}}));
  EXPECT_EQ(next(stream)->resources, values);
  EXPECT_FALSE(next(stream));
}

// What only drained connections go by is sent in time though it never rests, and then waits anew. Only delta clients
// have scopes.
TEST_P(StreamTest, WhatIsDrainedIsSentAtLast) {
  const auto world = [](int number) {
    return make_snapshot({{kRoute, {{"g", std::to_string(number)}}}, {kScope, {{"g|*", "1"}}}});
  };
  auto stream = open();
  stream.set_snapshot(world(0));
  for (const auto type : {kRoute, kScope}) {
    say(stream, client_.ask(type, type == kRoute ? std::vector<std::string>{"g"} : std::vector<std::string>{}));
    ASSERT_TRUE(next(stream));
    acknowledge(stream, type);
  }
  int changes = 0;
  for (int round = 0; round < 3; ++round) {
    const auto began = now_;
    std::optional<TestResponse> sent;
    for (int tries = 0; !sent && tries < 1000; ++tries) {
      now_ += milliseconds(150);
      stream.set_snapshot(world(++changes));
      sent = next(stream);
      EXPECT_TRUE(sent || stream.status().in_sync) << "nobody waits for it";
      EXPECT_TRUE(sent || stream.status().behind[static_cast<size_t>(kRoute)].empty());
    }
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->resources, (Values{{"g", std::to_string(changes)}}));
    // Of later rounds the first change came before the round.
    EXPECT_EQ(now_ - began, milliseconds(!GetParam() ? 150 : round == 0 ? 30'150 : 30'000)) << round;
    stream.set_snapshot(world(++changes));  // while it is being written
    acknowledge(stream, kRoute);
    if (!GetParam()) {
      EXPECT_TRUE(next(stream));
      acknowledge(stream, kRoute);
    } else {
      EXPECT_FALSE(next(stream));
    }
  }
}

TEST_P(StreamTest, LimitsNamesOverAllTypes) {
  auto stream = open({}, 4);
  say(stream, client_.ask(kEndpoint, {"a", "b"}));
  say(stream, client_.ask(kRoute, {"a", "b"}));
  const auto status = stream.receive(client_.ask(kEndpoint, {"c"}), now_);
  EXPECT_EQ(status.code(), base::Code::kResourceExhausted);
  EXPECT_THAT(status.message(), HasSubstr("more than 4 names"));
}

TEST_P(StreamTest, AllStreamsTogetherAreLimitedAndGiveBackWhatTheyHeld) {
  std::vector<std::string> names;
  for (int i = 0; i < 800; ++i) names.push_back("name-" + std::to_string(i));
  auto first = open();
  say(first, client_.ask(kEndpoint, names));
  {
    auto second = open();
    TestClient other{GetParam()};
    const auto status = second.receive(other.ask(kEndpoint, names), now_);
    EXPECT_EQ(status.code(), base::Code::kResourceExhausted);
    EXPECT_THAT(status.message(), HasSubstr("all streams together"));
    EXPECT_EQ(counters_.subscriptions, 1600U);
  }
  EXPECT_EQ(counters_.subscriptions, 800U);
  auto third = open();
  TestClient other{GetParam()};
  EXPECT_TRUE(third.receive(other.ask(kEndpoint, {"a"}), now_).ok());
}

TEST_P(StreamTest, ALongNameCountsForMore) {
  auto stream = open({}, 4);
  say(stream, client_.ask(kEndpoint, {std::string(3 * 256, 'x')}));
  EXPECT_FALSE(stream.receive(client_.ask(kEndpoint, {"a"}), now_).ok());
}

TEST_P(StreamTest, GivingUpNamesMakesRoomForOthers) {
  auto stream = open({}, 2);
  for (int i = 0; i < 100; ++i) {
    const auto name = "n" + std::to_string(i);
    say(stream, client_.ask(kEndpoint, {name}));
    say(stream, client_.ask(kEndpoint, {"-" + name}));
  }
}

// Routes that never rest must not keep a cluster that is gone for ever, nor clusters a route that waits for them.
TEST_P(StreamTest, ConstantChangeStarvesNothing) {
  auto stream = open();
  const auto publish = [&](int value, bool with_old) {
    Values clusters{{"busy", std::to_string(value)}};
    if (with_old) clusters["old"] = "1";
    stream.set_snapshot(make_snapshot({{kCluster, clusters}, {kRoute, {{"r", std::to_string(value)}}}}));
  };
  publish(0, true);
  say(stream, client_.ask(kCluster, {}));
  ASSERT_TRUE(next(stream));
  acknowledge(stream, kCluster);
  say(stream, client_.ask(kRoute, {"r"}));
  ASSERT_TRUE(next(stream));
  acknowledge(stream, kRoute);
  // A change each 10 ms, and an acknowledgement just after the next change: there is never a quiet moment.
  milliseconds route_came{0}, old_left{0};
  std::vector<ResourceType> unanswered;
  for (int i = 1; i <= 12'000; ++i) {
    now_ += milliseconds(10);
    publish(i, false);
    for (const auto type : std::exchange(unanswered, {})) acknowledge(stream, type);
    while (const auto response = next(stream)) {
      unanswered.push_back(response->type);
      const auto passed = i * milliseconds(10);
      const bool has_old = response->resources.count("old") != 0;
      const bool lost_old = GetParam() ? !response->removed.empty() : !has_old;
      if (response->type == kRoute && route_came.count() == 0) route_came = passed;
      if (response->type == kCluster && lost_old && old_left.count() == 0) old_left = passed;
    }
  }
  EXPECT_GT(route_came.count(), 0);
  EXPECT_LE(route_came, milliseconds(6'000));
  EXPECT_GT(old_left.count(), 0);
  EXPECT_LE(old_left, milliseconds(61'000));
}

TEST_P(StreamTest, SaysWhenToAskAgain) {
  auto stream = open();
  stream.set_snapshot(make_snapshot({{kCluster, {{"a", "1"}}}}));
  say(stream, client_.ask(kCluster, {}));
  ASSERT_TRUE(next(stream));
  EXPECT_FALSE(next(stream));
  EXPECT_FALSE(stream.wake_at());
  stream.set_snapshot(make_snapshot({{kCluster, {{"a", "2"}}}}));
  EXPECT_FALSE(next(stream));
  ASSERT_TRUE(stream.wake_at());
  EXPECT_EQ(*stream.wake_at(), now_ + StreamTimes().acknowledge_within);
  now_ = *stream.wake_at();
  EXPECT_TRUE(next(stream));
}

// A client that subscribes on and on and acknowledges nothing.
TEST_P(StreamTest, UnansweredResponsesAreForgottenAfterAWhile) {
  auto stream = open({}, 10'000);
  World world;
  for (int i = 0; i < 500; ++i) world[kEndpoint]["e" + std::to_string(i)] = "1";
  stream.set_snapshot(make_snapshot(world));
  for (int i = 0; i < 500; ++i) {
    TestClient mute(GetParam());
    say(stream, mute.ask(kEndpoint, {"e" + std::to_string(i)}));
    EXPECT_TRUE(next(stream)) << i;
  }
  say(stream, client_.acknowledge(kEndpoint, "no"));
  EXPECT_EQ(stream.take_refusals().at(0).names, std::vector<std::string>{"e499"});
}

TEST_P(StreamTest, TheFirstNodeCounts) {
  auto stream = open();
  say(stream, TestClient(GetParam(), "role-1", "one").ask(kCluster, {}));
  say(stream, TestClient(GetParam(), "role-2", "two").ask(kCluster, {}));
  EXPECT_EQ(stream.role(), "role-1");
  EXPECT_EQ(stream.status().id, "one");
}

std::string kind_name(const ::testing::TestParamInfo<bool>& info) { return info.param ? "Delta" : "StateOfTheWorld"; }

INSTANTIATE_TEST_SUITE_P(Kinds, StreamTest, ::testing::Bool(), kind_name);

}  // namespace
}  // namespace solder::xds::testing::stream_test

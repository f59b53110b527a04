// What the engine promises as a whole: last good versions, conflicts, references that come and go, and that what a
// change does not touch keeps its very pointers.
#include "core/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace solder::engine::engine_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kHttpListener;
using testing::kHttpRoutes;
using ::testing::Not;
using testing::upstream;
using testing::virtual_service;
using testing::World;
using xds::ResourceType;

model::ObjectRef ref(const char* kind, const char* name) { return {kind, "gloo-system", name}; }

constexpr const char* kWrongField = "    options: {timeout: {seconds: 3}}\n";

std::string gateway(const std::string& options) {
  return "---\napiVersion: gateway.solo.io/v1\nkind: Gateway\nmetadata: {name: only, namespace: gloo-system}\n"
         "spec: {bindAddress: '::', bindPort: 8080, httpGateway: {options: {" +
         options + "}}}\n";
}

TEST(Engine, ServesWhatIsThere) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("vs", "*", "one")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("one_gloo-system"));
  EXPECT_THAT(world.json(ResourceType::kCluster, "one_gloo-system"), HasSubstr("127.0.0.1"));
  EXPECT_NE(world.resource(ResourceType::kListener, kHttpListener), nullptr);
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kAccepted);
}

TEST(Engine, WhatIsMissingCountsWhereAGatewayServesIt) {
  World world;
  const std::string https_only =
      "---\napiVersion: gateway.solo.io/v1\nkind: Gateway\nmetadata: {name: only, namespace: gloo-system}\n"
      "spec: {bindAddress: '::', bindPort: 8443, ssl: true, httpGateway: {}}\n";
  world.put(https_only).put(virtual_service("vs", "*", "missing")).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kAccepted);
  EXPECT_THAT(world.reasons(ref("VirtualService", "vs")), Contains("UpstreamNotFound"));
  world.put(gateway("")).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kWarning);
  world.put(https_only).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kAccepted);
}

TEST(Engine, AVirtualServiceThatWentBadServesOn) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("vs", "good.test", "one")).translate();
  const auto before = world.resource(ResourceType::kRoute, kHttpRoutes);
  world.put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kRejected);
  EXPECT_EQ(world.resource(ResourceType::kRoute, kHttpRoutes)->message.flatten(), before->message.flatten());
  world.put(virtual_service("vs", "new.test", "one")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("new.test"));
  world.remove(ref("VirtualService", "vs")).translate();
  EXPECT_EQ(world.resource(ResourceType::kRoute, kHttpRoutes), nullptr) << "what the user takes away is gone";
}

TEST(Engine, AVirtualServiceThatNeverWasGoodIsNotServed) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("vs", "good.test", "one"));
  world.put(virtual_service("bad", "bad.test", "one", kWrongField)).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("bad.test")));
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("good.test"));
}

TEST(Engine, AnUpstreamThatWentBadServesOn) {
  World world;
  world.put(upstream("one", 1)).translate();
  const auto before = world.resource(ResourceType::kCluster, "one_gloo-system");
  std::string bad = upstream("one", 1);
  bad.replace(bad.find("port: 1"), 7, "prot: 1");
  world.put(bad).translate();
  EXPECT_EQ(world.state(ref("Upstream", "one")), model::State::kRejected);
  EXPECT_EQ(world.resource(ResourceType::kCluster, "one_gloo-system")->message.flatten(), before->message.flatten());
}

TEST(Engine, AGatewayWhoseOptionsWentBadServesWithItsLastGoodOnes) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("vs", "*", "one"));
  world.put(gateway("echoA: [{slot: hcm, json: {server_name: first}}]")).translate();
  EXPECT_THAT(world.json(ResourceType::kListener, kHttpListener), HasSubstr("first"));
  world.put(gateway("echoA: [{slot: hcm, json: {server_name: second}}, {diag: {severity: error}}]")).translate();
  EXPECT_EQ(world.state(ref("Gateway", "only")), model::State::kRejected);
  EXPECT_THAT(world.json(ResourceType::kListener, kHttpListener), HasSubstr("first"));
  // A change beside it does not make the bad version a good one.
  world.put(virtual_service("other", "other.test", "one")).translate();
  EXPECT_THAT(world.json(ResourceType::kListener, kHttpListener), HasSubstr("first"));
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("other.test"));
  world.put(gateway("echoA: [{slot: hcm, json: {server_name: third}}]")).translate();
  EXPECT_EQ(world.state(ref("Gateway", "only")), model::State::kAccepted);
  EXPECT_THAT(world.json(ResourceType::kListener, kHttpListener), HasSubstr("third"));
}

TEST(Engine, ALastGoodVersionOutlivesTheProcess) {
  const std::string directory = ::testing::TempDir() + "solder-engine-last-good";
  {
    World world(directory);
    world.put(upstream("one", 1)).put(virtual_service("vs", "good.test", "one")).translate();
  }
  World world(directory);
  world.put(upstream("one", 1)).put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("good.test"));
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kRejected);
  world.remove(ref("VirtualService", "vs")).translate();
  world.flush_last_good();
  World later(directory);
  later.put(upstream("one", 1)).put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  EXPECT_EQ(later.resource(ResourceType::kRoute, kHttpRoutes), nullptr) << "deleted in between";
}

TEST(Engine, ADomainStaysWithWhoHadIt) {
  World world;
  world.put(upstream("one", 1)).put(upstream("two", 2)).put(virtual_service("z", "same.test", "one")).translate();
  world.put(virtual_service("a", "same.test", "two")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("one_gloo-system"));
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("two_gloo-system")));
  EXPECT_EQ(world.state(ref("VirtualService", "a")), model::State::kRejected);
  EXPECT_EQ(world.state(ref("VirtualService", "z")), model::State::kWarning);
  world.remove(ref("VirtualService", "z")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("two_gloo-system"));
  EXPECT_EQ(world.state(ref("VirtualService", "a")), model::State::kAccepted);
}

TEST(Engine, ADomainThatTwoClaimAtOnceGoesToNone) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("a", "same.test", "one"));
  world.put(virtual_service("b", "same.test", "one")).put(virtual_service("c", "other.test", "one")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("same.test")));
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("other.test"));
  EXPECT_THAT(world.reasons(ref("VirtualService", "a")), Contains("DomainConflict"));
  EXPECT_THAT(world.reasons(ref("VirtualService", "b")), Contains("DomainConflict"));
}

// Envoy refuses all routes of a listener with two domains that differ in case alone.
TEST(Engine, ADomainInAnotherCaseIsTheSame) {
  World world;
  world.put(upstream("one", 1)).put(upstream("two", 2)).put(virtual_service("a", "Same.test", "one")).translate();
  world.put(virtual_service("b", "sAME.test", "two")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("Same.test"));
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("sAME.test")));
  EXPECT_THAT(world.reasons(ref("VirtualService", "b")), Contains("DomainConflict"));
}

TEST(Engine, AMissingUpstreamIsAWarningUntilItComes) {
  World world;
  world.put(virtual_service("vs", "*", "late")).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kWarning);
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("late_gloo-system"));
  world.put(upstream("late", 1)).translate();
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kAccepted);
  EXPECT_THAT(world.reasons(ref("VirtualService", "vs")), IsEmpty());
}

TEST(Engine, AMissingUpstreamIsReplacedWhereThePolicySaysSo) {
  World world;
  world.put(
      "apiVersion: gloo.solo.io/v1\nkind: Settings\nmetadata: {name: default, namespace: gloo-system}\n"
      "spec: {gloo: {invalidConfigPolicy: {replaceInvalidRoutes: true, invalidRouteResponseCode: 410}}}\n");
  world.put(virtual_service("vs", "*", "late")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("410"));
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("late_gloo-system")));
  EXPECT_EQ(world.state(ref("VirtualService", "vs")), model::State::kWarning);
  world.put(upstream("late", 1)).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("late_gloo-system"));
}

TEST(Engine, WhatAChangeDoesNotTouchKeepsItsPointers) {
  World world;
  for (int i = 0; i < 5; ++i) world.put(upstream("u" + std::to_string(i), i + 1));
  world.put(virtual_service("vs", "*", "u0")).translate();
  const auto route = world.resource(ResourceType::kRoute, kHttpRoutes);
  const auto listener = world.resource(ResourceType::kListener, kHttpListener);
  const auto other = world.resource(ResourceType::kCluster, "u1_gloo-system");
  world.put(upstream("u0", 77)).translate();
  EXPECT_EQ(world.resource(ResourceType::kRoute, kHttpRoutes), route);
  EXPECT_EQ(world.resource(ResourceType::kListener, kHttpListener), listener);
  EXPECT_EQ(world.resource(ResourceType::kCluster, "u1_gloo-system"), other);
  const auto snapshots = world.translate().snapshots;
  EXPECT_EQ(world.translate().snapshots->begin()->second, snapshots->begin()->second) << "nothing changed at all";
}

TEST(Engine, DefaultGatewaysGoWhenTheUserHasOne) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("vs", "*", "one"));
  std::string own = gateway("");
  own.replace(own.find("8080"), 4, "9090");
  world.put(own).translate();
  EXPECT_NE(world.resource(ResourceType::kListener, "listener-::-9090"), nullptr);
  EXPECT_EQ(world.resource(ResourceType::kListener, kHttpListener), nullptr);
  world.remove(ref("Gateway", "only")).translate();
  EXPECT_EQ(world.resource(ResourceType::kListener, "listener-::-9090"), nullptr);
  EXPECT_NE(world.resource(ResourceType::kListener, kHttpListener), nullptr);
}

TEST(Engine, AGatewayWithoutAnAddressIsRejectedAsInGloo) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("vs", "*", "one"));
  world.put(
      "apiVersion: gateway.solo.io/v1\nkind: Gateway\nmetadata: {name: only, namespace: gloo-system}\n"
      "spec: {bindPort: 8080, httpGateway: {}}\n");
  world.translate();
  EXPECT_THAT(world.reasons(ref("Gateway", "only")), Contains("InvalidBindAddress"));
}

TEST(Engine, OnlyWatchedNamespacesCount) {
  World world;
  world.put(
      "apiVersion: gloo.solo.io/v1\nkind: Settings\nmetadata: {name: default, namespace: gloo-system}\n"
      "spec: {watchNamespaces: [elsewhere]}\n");
  std::string hidden = upstream("hidden", 1);
  hidden.replace(hidden.find("gloo-system"), 11, "unseen");
  world.put(hidden).put(upstream("one", 1)).translate();
  EXPECT_EQ(world.resource(ResourceType::kCluster, "hidden_unseen"), nullptr);
  EXPECT_NE(world.resource(ResourceType::kCluster, "one_gloo-system"), nullptr);
  EXPECT_THAT(world.reasons({"Upstream", "unseen", "hidden"}), Contains("NamespaceNotWatched"));
  world.remove(ref("Settings", "default")).translate();
  EXPECT_NE(world.resource(ResourceType::kCluster, "hidden_unseen"), nullptr);
}

}  // namespace
}  // namespace solder::engine::engine_test

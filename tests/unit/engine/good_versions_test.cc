// Which versions serve where newer ones are at fault, when what decides it lies elsewhere than in the object itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "world.h"

namespace solder::engine::good_versions_test {
namespace {

using ::testing::HasSubstr;
using testing::kHttpRoutes;
using ::testing::Not;
using testing::upstream;
using testing::virtual_service;
using testing::World;
using xds::ResourceType;

constexpr const char* kWrongField = "    options: {timeout: {seconds: 3}}\n";

model::ObjectRef service(const std::string& name) { return {"VirtualService", "gloo-system", name}; }

TEST(GoodVersions, WhatNoLongerClashesIsGood) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("z", "same.test", "one")).translate();
  world.put(virtual_service("a", "same.test", "one")).translate();
  world.remove(service("z")).translate();
  world.put(virtual_service("a", "same.test", "one", kWrongField)).translate();
  EXPECT_EQ(world.state(service("a")), model::State::kRejected);
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("same.test"));
}

TEST(GoodVersions, WhatStillClashesIsNot) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("z", "same.test", "one")).translate();
  world.put(virtual_service("a", "same.test", "one")).translate();
  world.put(virtual_service("other", "other.test", "one")).translate();
  world.put(virtual_service("a", "same.test", "one", kWrongField)).translate();
  world.remove(service("z")).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), Not(HasSubstr("same.test")));
}

TEST(GoodVersions, WhatAPluginNoLongerRefusesIsGood) {
  World world;
  const std::string option =
      "    options: {echoA: [{slot: virtual_host, json: {include_request_attempt_count: true}}]}\n";
  world.use_plugins({"echo_a"}).put(upstream("one", 1));
  world.put(virtual_service("vs", "good.test", "one", option)).translate();
  EXPECT_EQ(world.state(service("vs")), model::State::kRejected);
  world.use_plugins({}).translate();
  EXPECT_EQ(world.state(service("vs")), model::State::kAccepted);
  world.put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  EXPECT_THAT(world.json(ResourceType::kRoute, kHttpRoutes), HasSubstr("good.test"));
}

TEST(GoodVersions, TellsWhatStandsInForWhat) {
  World world;
  world.put(upstream("one", 1)).put(virtual_service("vs", "good.test", "one")).translate();
  const auto nothing = world.output().kept;
  EXPECT_TRUE(nothing->empty());
  world.put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  const auto first = world.output().kept;
  ASSERT_EQ(first->count(service("vs")), 1U);
  EXPECT_THAT(first->at(service("vs")).object->json, HasSubstr("good.test"));
  world.put(upstream("one", 2)).translate();
  EXPECT_EQ(world.output().kept, first) << "nothing is new for the others";
  world.put(virtual_service("vs", "worse.test", "one", kWrongField)).translate();
  EXPECT_NE(world.output().kept->at(service("vs")).instead_of, first->at(service("vs")).instead_of);
  world.put(virtual_service("vs", "new.test", "one")).translate();
  EXPECT_TRUE(world.output().kept->empty());
  world.put(virtual_service("vs", "bad.test", "one", kWrongField)).translate();
  EXPECT_EQ(world.output().kept->size(), 1U);
  world.remove(service("vs")).translate();
  EXPECT_TRUE(world.output().kept->empty());
}

}  // namespace
}  // namespace solder::engine::good_versions_test

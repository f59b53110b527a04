// ID tokens of clusters, by the shipped plugin that asks for them: which are wanted, where they end, and what is said.
#include "core/engine/token_book.h"

#include <gmock/gmock.h>

#include "tests/unit/engine/world.h"

namespace solder::engine::testing::token_book_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using xds::ResourceType;

const model::ObjectRef kUpstream{"Upstream", "gloo-system", "hello"};
constexpr const char* kToken = "hello_gloo-system/id-token";

World world_with(const std::string& secret) {
  World world;
  world.put(R"(
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {name: hello, namespace: gloo-system}
spec: {gcp: {host: hello.example.com, secretRef: {name: account, namespace: gloo-system}}}
)");
  world.put("apiVersion: v1\nkind: Secret\nmetadata: {name: account, namespace: gloo-system}\nstringData: {" + secret +
            "}\n");
  world.translate();
  return world;
}

host::IdTokenStates all(const World& world, const host::IdTokenState& state) {
  host::IdTokenStates out;
  for (const auto& [name, source] : world.output().tokens) out.emplace(name, state);
  return out;
}

TEST(TokenBook, WhatIsWantedByTheKeyOfTheMoment) {
  World world = world_with("service-account.json: first");
  ASSERT_THAT(world.output().tokens, SizeIs(1));
  EXPECT_EQ(world.output().tokens.begin()->second.key_json, "first");
  EXPECT_EQ(world.output().tokens.begin()->second.audience, "https://hello.example.com");
  const std::string name = world.output().tokens.begin()->first;
  EXPECT_THAT(name, Not(HasSubstr("first")));
  world.put(
      "apiVersion: v1\nkind: Secret\nmetadata: {name: account, namespace: gloo-system}\n"
      "stringData: {key.json: second}\n");
  world.translate();
  ASSERT_THAT(world.output().tokens, SizeIs(1));
  EXPECT_EQ(world.output().tokens.begin()->first, name);
  EXPECT_EQ(world.output().tokens.begin()->second.key_json, "second");
  world.remove(kUpstream).translate();
  EXPECT_THAT(world.output().tokens, SizeIs(0));
}

TEST(TokenBook, WithoutAKeyNothingIsWantedAndNoClusterIsThere) {
  World world = world_with("other: first");
  EXPECT_THAT(world.output().tokens, SizeIs(0)) << "or the machine's identity would stand in for the account's";
  EXPECT_EQ(world.resource(ResourceType::kCluster, "hello_gloo-system"), nullptr);
  EXPECT_THAT(world.reasons(kUpstream), ::testing::Contains("MissingKey"));
}

TEST(TokenBook, TokensChangeOneResource) {
  World world = world_with("service-account.json: first");
  EXPECT_EQ(world.resource(ResourceType::kSecret, kToken), nullptr) << "what an Envoy has from before stays";
  const auto cluster = world.resource(ResourceType::kCluster, "hello_gloo-system");
  ASSERT_NE(cluster, nullptr);
  world.give(all(world, {.settled = true, .token = "sesame"})).translate();
  EXPECT_THAT(world.json(ResourceType::kSecret, kToken), HasSubstr(R"("inlineString":"sesame")"));
  world.give(all(world, {.settled = true, .token = "renewed"})).translate();
  EXPECT_THAT(world.json(ResourceType::kSecret, kToken), HasSubstr(R"("inlineString":"renewed")"));
  EXPECT_EQ(world.resource(ResourceType::kCluster, "hello_gloo-system"), cluster);
  EXPECT_EQ(world.state(kUpstream), model::State::kAccepted);
  for (size_t type = 0; type < xds::kResourceTypeCount; ++type) {
    for (const auto& resource : world.set(static_cast<ResourceType>(type))) {
      if (resource->name == kToken) continue;
      EXPECT_THAT(resource->message.flatten(), Not(HasSubstr("renewed"))) << resource->name;
    }
  }
}

TEST(TokenBook, NoTokenIsServedAsNoneAndSaid) {
  World world = world_with("service-account.json: first");
  world.give(all(world, {.settled = true, .token = "", .problem = "because"})).translate();
  ASSERT_NE(world.resource(ResourceType::kSecret, kToken), nullptr);
  EXPECT_THAT(world.json(ResourceType::kSecret, kToken), Not(HasSubstr("sesame")));
  EXPECT_EQ(world.state(kUpstream), model::State::kWarning);
  ASSERT_THAT(world.problems(kUpstream), SizeIs(1));
  EXPECT_THAT(world.problems(kUpstream)[0].message, HasSubstr("answered 500: because"));
  EXPECT_EQ(world.problems(kUpstream)[0].field, "/spec/gcp/secretRef");
  world.give(all(world, {.settled = true, .token = "sesame", .problem = "because"})).translate();
  EXPECT_THAT(world.problems(kUpstream)[0].message, HasSubstr("good until it expires"));
  world.give(all(world, {.settled = true, .token = "sesame"})).translate();
  EXPECT_EQ(world.state(kUpstream), model::State::kAccepted);
}

}  // namespace
}  // namespace solder::engine::testing::token_book_test

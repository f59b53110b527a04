// Values of Secrets in extension configurations, by the shipped plugin that asks for them: they are where Envoy reads
// them and nowhere else, and one that rotates changes that one resource.
#include <gmock/gmock.h>

#include "core/services/message_types.h"
#include "tests/unit/engine/world.h"

namespace solder::engine::testing::secret_fields_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using xds::ResourceType;

constexpr const char* kCluster = "lambda_gloo-system";
constexpr const char* kSigning = "lambda_gloo-system/aws-signing";
const model::ObjectRef kUpstream{"Upstream", "gloo-system", "lambda"};
const model::ObjectRef kSecret{"Secret", "gloo-system", "keys"};

std::string upstream_yaml() {
  return R"(
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {name: lambda, namespace: gloo-system}
spec:
  aws:
    region: us-east-1
    secretRef: {name: keys, namespace: gloo-system}
    lambdaFunctions: [{logicalName: hello, lambdaFunctionName: hello}]
)";
}

std::string secret_yaml(const std::string& values) {
  return "apiVersion: v1\nkind: Secret\nmetadata: {name: keys, namespace: gloo-system}\n" + values;
}

std::string keys_yaml(const std::string& id, const std::string& key) {
  return secret_yaml("stringData: {aws_access_key_id: '" + id + "', aws_secret_access_key: '" + key + "'}\n");
}

std::string signing_of(const World& world) { return world.json(ResourceType::kExtensionConfig, kSigning); }

TEST(SecretFields, ValuesStandWhereEnvoyReadsThemAndNowhereElse) {
  World world;
  world.put(upstream_yaml()).put(keys_yaml("AKIDONE", "first-key")).translate();
  EXPECT_EQ(world.state(kUpstream), model::State::kAccepted);
  EXPECT_THAT(signing_of(world), HasSubstr(R"("accessKeyId":"AKIDONE")"));
  EXPECT_THAT(signing_of(world), HasSubstr(R"("secretAccessKey":"first-key")"));
  EXPECT_THAT(signing_of(world), Not(HasSubstr("sessionToken")));
  for (size_t type = 0; type < xds::kResourceTypeCount; ++type) {
    for (const auto& resource : world.set(static_cast<ResourceType>(type))) {
      if (resource->name == kSigning) continue;
      EXPECT_THAT(resource->message.flatten(), Not(HasSubstr("first-key"))) << resource->name;
    }
  }
}

TEST(SecretFields, WhatIsPrintedHasStandIns) {
  World world;
  world.put(upstream_yaml()).put(keys_yaml("AKIDONE", "first-key")).translate();
  const auto resource = world.resource(ResourceType::kExtensionConfig, kSigning);
  ASSERT_NE(resource, nullptr);
  const services::MessageTypes types;
  const auto shown =
      types.wire_to_json(*types.find(xds::type_url(ResourceType::kExtensionConfig)), resource->shown.flatten());
  ASSERT_TRUE(shown.ok());
  EXPECT_THAT(*shown, HasSubstr(R"("secretAccessKey":"[redacted]")"));
  EXPECT_THAT(*shown, Not(HasSubstr("AKIDONE")));
}

TEST(SecretFields, ARotatedKeyChangesOneResource) {
  World world;
  world.put(upstream_yaml()).put(keys_yaml("AKIDONE", "first-key")).translate();
  const auto cluster = world.resource(ResourceType::kCluster, kCluster);
  const auto signing = world.resource(ResourceType::kExtensionConfig, kSigning);
  world.put(keys_yaml("AKIDTWO", "second-key")).translate();
  EXPECT_THAT(signing_of(world), HasSubstr("second-key"));
  EXPECT_NE(world.resource(ResourceType::kExtensionConfig, kSigning)->hash, signing->hash);
  EXPECT_EQ(world.resource(ResourceType::kCluster, kCluster)->hash, cluster->hash);
}

TEST(SecretFields, WithoutAValueNothingIsServedUntilItComes) {
  World world;
  world.put(upstream_yaml()).put(secret_yaml("stringData: {aws_access_key_id: AKIDONE}\n")).translate();
  EXPECT_EQ(world.state(kUpstream), model::State::kWarning);
  EXPECT_THAT(world.reasons(kUpstream), Contains("MissingKey"));
  EXPECT_EQ(world.resource(ResourceType::kCluster, kCluster), nullptr);
  EXPECT_EQ(signing_of(world), "");
  world.put(keys_yaml("AKIDONE", "first-key")).translate();
  EXPECT_EQ(world.state(kUpstream), model::State::kAccepted);
  EXPECT_THAT(signing_of(world), HasSubstr("first-key"));
  world.remove(kSecret).translate();
  EXPECT_THAT(world.reasons(kUpstream), Contains("SecretNotFound"));
  EXPECT_EQ(signing_of(world), "");
}

TEST(SecretFields, TwoUpstreamsOfOneSecretEachHaveTheirOwn) {
  World world;
  std::string other = upstream_yaml();
  other.replace(other.find("name: lambda,"), 13, "name: second,");
  world.put(upstream_yaml()).put(other).put(keys_yaml("AKIDONE", "first-key")).translate();
  EXPECT_EQ(world.set(ResourceType::kExtensionConfig).size(), 2u);
  world.remove({"Upstream", "gloo-system", "second"}).translate();
  EXPECT_EQ(world.set(ResourceType::kExtensionConfig).size(), 1u);
  EXPECT_THAT(signing_of(world), HasSubstr("first-key"));
}

// Gloo's own form, as an object and as Kubernetes keeps it.
TEST(SecretFields, GloosFormOfKeys) {
  const std::string form = "aws: {accessKey: AKIDONE, secretKey: first-key, session_token: token}\n";
  const std::string in_data = "stringData: {aws: '{accessKey: AKIDONE, secretKey: first-key, sessionToken: token}'}\n";
  for (const std::string& values : {form, in_data}) {
    World world;
    world.put(upstream_yaml()).put(secret_yaml(values)).translate();
    EXPECT_THAT(world.reasons(kSecret), IsEmpty()) << values;
    EXPECT_THAT(signing_of(world), HasSubstr(R"("secretAccessKey":"first-key")")) << values;
    EXPECT_THAT(signing_of(world), HasSubstr(R"("sessionToken":"token")")) << values;
  }
}

// What `echo key | base64` makes.
TEST(SecretFields, AKeyWithALineBreakIsNamedWithoutBeingShown) {
  World world;
  world.put(upstream_yaml());
  world.put(secret_yaml("stringData: {aws_access_key_id: AKIDONE, aws_secret_access_key: \"first-key\\n\"}\n"));
  world.translate();
  EXPECT_THAT(world.reasons(kUpstream), Contains("InvalidKey"));
  for (const auto& report : world.reports()) {
    for (const auto& problem : report.diagnostics) {
      EXPECT_THAT(problem.message + problem.found + problem.expected, Not(HasSubstr("first-key")));
    }
  }
}

}  // namespace
}  // namespace solder::engine::testing::secret_fields_test

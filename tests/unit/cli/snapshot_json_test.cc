#include "cli/snapshot_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/snapshots.h"

namespace solder::cli::snapshot_json_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecrets[] = {
    R"({"name":"tls","tlsCertificate":{"certificateChain":{"inlineString":"CERT"},"privateKey":{"inlineString":"HIDDEN"},"password":{"inlineBytes":"SElEREVO"}}})",
    R"({"name":"opaque","genericSecret":{"secret":{"inlineString":"HIDDEN"}}})",
    R"({"name":"tickets","sessionTicketKeys":{"keys":[{"inlineString":"HIDDEN"}]}})",
    R"({"name":"files","tlsCertificate":{"privateKey":{"filename":"/etc/tls.key"}}})"};

class SnapshotJsonTest : public ::testing::Test {
 protected:
  std::string printed(bool with_secrets) {
    Snapshots made(types_);
    for (const char* secret : kSecrets) made.add(xds::ResourceType::kSecret, "name", secret);
    const auto json = snapshot_json(types_, *made.snapshot(), with_secrets);
    EXPECT_TRUE(json.ok()) << json.status().message();
    return json->dump();
  }
  services::MessageTypes types_;
};

TEST_F(SnapshotJsonTest, AllSectionsInOrder) {
  Snapshots made(types_);
  made.add(xds::ResourceType::kCluster, "name", R"({"name":"b"})");
  made.add(xds::ResourceType::kCluster, "name", R"({"name":"a"})");
  const auto json = snapshot_json(types_, *made.snapshot());
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(
      R"({"clusters":[{"name":"a"},{"name":"b"}],"endpoints":[],"routes":[],"listeners":[],"secrets":[],"extensionConfigs":[]})",
      json->dump());
}

TEST_F(SnapshotJsonTest, SecretsAreRedacted) {
  const std::string text = printed(false);
  EXPECT_THAT(text, Not(HasSubstr("HIDDEN")));
  EXPECT_THAT(text, Not(HasSubstr("SElEREVO")));
  EXPECT_THAT(text,
              HasSubstr(R"("certificateChain":{"inlineString":"CERT"},"privateKey":{"inlineString":"[redacted]"})"));
  EXPECT_THAT(text, HasSubstr("/etc/tls.key"));
}

TEST_F(SnapshotJsonTest, UnlessTheyAreAskedFor) { EXPECT_THAT(printed(true), HasSubstr("HIDDEN")); }

}  // namespace
}  // namespace solder::cli::snapshot_json_test

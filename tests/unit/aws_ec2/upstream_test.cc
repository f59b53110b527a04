// Which instances are an upstream's.
#include "plugins/aws_ec2/upstream.h"

#include <gtest/gtest.h>

namespace solder::plugins::aws_ec2 {
namespace {

Upstream read(const char* json) {
  auto upstream = read_upstream(sdk::parse_json(json), nullptr);
  EXPECT_TRUE(upstream) << json;
  return upstream.value_or(Upstream{});
}

TEST(Ec2Upstream, AllFiltersMatch) {
  const auto filters =
      read(R"({"region":"us-east-1","filters":[{"key":"APP"},{"kvPair":{"key":"Version","value":"v1"}}]})").filters;
  const auto with = [&](std::map<std::string, std::string> tags) {
    return matches({"i", "10.0.0.1", "", std::move(tags)}, filters);
  };
  EXPECT_TRUE(with({{"app", ""}, {"version", "v1"}, {"more", "x"}}));
  EXPECT_FALSE(with({{"app", ""}, {"version", "V1"}})) << "values are compared as they are";
  EXPECT_FALSE(with({{"version", "v1"}}));
  EXPECT_FALSE(with({}));
  EXPECT_TRUE(matches({"i", "10.0.0.1", "", {}}, {})) << "without filters all are its own";
  EXPECT_TRUE(matches({"i", "10.0.0.1", "", {}}, {{"", {}}})) << "a filter that says nothing";
  EXPECT_FALSE(matches({"i", "10.0.0.1", "", {}}, {{"", "v1"}}));
}

TEST(Ec2Upstream, WhereAndWithWhoseKeys) {
  const auto upstream = read(
      R"({"region":"cn-north-1","secretRef":{"name":"keys","namespace":"ns"},"roleArn":"arn","stsEndpoint":"http://sts"})");
  EXPECT_EQ(upstream.url, "https://ec2.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(upstream.signer, (sdk::AwsSigner{"cn-north-1", "ns", "keys", "arn", "http://sts"}));
  EXPECT_EQ(read(R"({"region":"us-east-1","endpoint":"http://localhost:8080"})").url, "http://localhost:8080");
  EXPECT_FALSE(read_upstream(sdk::parse_json(R"({"region":"us-east-1","endpoint":"localhost"})"), nullptr));
  EXPECT_FALSE(read_upstream(sdk::parse_json(R"({"region":"evil.com/"})"), nullptr));
}

TEST(Ec2Upstream, ItemsInOrderOfIdentity) {
  EXPECT_EQ(items_json({{"i-2", "10.0.0.2", "", {}}, {"i-1", "", "192.0.2.1", {}}}, {}),
            R"([{"instanceId":"i-1","publicIp":"192.0.2.1"},{"instanceId":"i-2","privateIp":"10.0.0.2"}])");
  EXPECT_EQ(items_json({{"i-2", "10.0.0.2", "", {}}}, {{"app", {}}}), "[]");
}

}  // namespace
}  // namespace solder::plugins::aws_ec2

// Regions, hosts and signers of Amazon's APIs.
#include "solder/sdk/aws.hpp"

#include <gtest/gtest.h>

namespace solder::sdk {
namespace {

TEST(Aws, Regions) {
  for (const char* good : {"us-east-1", "cn-north-1", "us-gov-west-1"}) EXPECT_TRUE(is_aws_region(good)) << good;
  for (const char* bad : {"", "US-EAST-1", "us-east-1.evil.com/", "us east"}) EXPECT_FALSE(is_aws_region(bad)) << bad;
}

TEST(Aws, HostsOfChinaHaveAnEndingOfTheirOwn) {
  EXPECT_EQ(aws_host("lambda", "us-east-1"), "lambda.us-east-1.amazonaws.com");
  EXPECT_EQ(aws_host("ec2", "cn-north-1"), "ec2.cn-north-1.amazonaws.com.cn");
}

TEST(Aws, ASignerNamesItsSecretWhereThereIsOne) {
  const AwsSigner machine{"us-east-1", "ns", "", "", ""};
  EXPECT_EQ(machine.auth("ec2").secret.name.len, 0u);
  EXPECT_EQ(machine.auth("ec2").secret.kind.len, 0u);
  const AwsSigner keys{"us-east-1", "ns", "keys", "arn:aws:iam::1:role/r", "https://sts.example"};
  const solder_http_auth auth = keys.auth("ec2");
  EXPECT_EQ(auth.kind, SOLDER_HTTP_SIGV4);
  EXPECT_EQ(text(auth.secret.kind), "Secret");
  EXPECT_EQ(text(auth.secret.ns), "ns");
  EXPECT_EQ(text(auth.secret.name), "keys");
  EXPECT_EQ(text(auth.service), "ec2");
  EXPECT_EQ(text(auth.region), "us-east-1");
  EXPECT_EQ(text(auth.role_arn), "arn:aws:iam::1:role/r");
  EXPECT_EQ(text(auth.sts_endpoint), "https://sts.example");
  EXPECT_NE(machine, keys);
}

}  // namespace
}  // namespace solder::sdk

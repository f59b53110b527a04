// Answers of EC2's API, good and bad.
#include "plugins/aws_ec2/describe_instances.h"

#include <gtest/gtest.h>

namespace solder::plugins::aws_ec2 {
namespace {

TEST(DescribeInstances, AsksForThoseThatRunPageByPage) {
  EXPECT_EQ(describe_instances(""),
            "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000"
            "&Filter.1.Name=instance-state-name&Filter.1.Value.1=running");
  EXPECT_TRUE(describe_instances("a+b=&c").ends_with("&NextToken=a%2Bb%3D%26c")) << describe_instances("a+b=&c");
}

TEST(DescribeInstances, AllReservations) {
  const auto page = parse_instances(R"(<?xml version="1.0" encoding="UTF-8"?>
    <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
      <reservationSet>
        <item><instancesSet>
          <item><instanceId>i-1</instanceId><privateIpAddress>10.0.0.1</privateIpAddress>
            <tagSet><item><key>App</key><value>a &amp; b</value></item><item><key>empty</key><value/></item></tagSet></item>
          <item><instanceId>i-none</instanceId></item>
        </instancesSet></item>
        <item><instancesSet>
          <item><instanceId>i-2</instanceId><privateIpAddress>10.0.0.2</privateIpAddress><ipAddress>192.0.2.2</ipAddress></item>
        </instancesSet></item>
      </reservationSet>
      <nextToken>more</nextToken>
    </DescribeInstancesResponse>)");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->instances.size(), 2u) << "one without an address is nobody";
  EXPECT_EQ(page->instances[0].tags, (std::map<std::string, std::string>{{"app", "a & b"}, {"empty", ""}}));
  EXPECT_EQ(page->instances[1].public_ip, "192.0.2.2");
  EXPECT_EQ(page->next_token, "more");
}

TEST(DescribeInstances, WhatIsNoAnswerIsNone) {
  for (const char* text : {"", "{}", "<html>oh</html>", "<DescribeInstancesResponse>",
                           "<DescribeInstancesResponse><reservationSet><item></reservationSet>", "\xff\xfe\x00"}) {
    EXPECT_FALSE(parse_instances(text)) << text;
  }
}

TEST(DescribeInstances, EntitiesAreNotMadeLonger) {
  const auto page = parse_instances(
      R"(<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><DescribeInstancesResponse><reservationSet><item>
      <instancesSet><item><instanceId>&b;</instanceId><privateIpAddress>10.0.0.1</privateIpAddress></item></instancesSet>
      </item></reservationSet></DescribeInstancesResponse>)");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->instances.at(0).id, "&b;");
}

TEST(DescribeInstances, Errors) {
  auto error = parse_error(
      "<Response><Errors><Error><Code>AuthFailure</Code><Message>No.\nThe request was: x-amz-security-token:sesame"
      "</Message></Error></Errors></Response>");
  EXPECT_EQ(error.code, "AuthFailure");
  EXPECT_EQ(error.message, "No.") << "what AWS repeats of the request has secrets in it";
  EXPECT_FALSE(is_passing(401, error));
  error = parse_error("<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>");
  EXPECT_TRUE(is_passing(400, error));
  EXPECT_TRUE(is_passing(503, parse_error("oh")));
  EXPECT_TRUE(is_passing(429, {}));
  EXPECT_LE(parse_error("<Error><Message>" + std::string(10000, 'x') + "</Message></Error>").message.size(), 500u);
}

}  // namespace
}  // namespace solder::plugins::aws_ec2

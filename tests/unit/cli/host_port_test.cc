#include "cli/host_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::cli::host_port_test {
namespace {

using ::testing::HasSubstr;

TEST(HostPortTest, Forms) {
  const auto ipv4 = parse_host_port("127.0.0.1:9977", "--x");
  ASSERT_TRUE(ipv4.ok());
  EXPECT_EQ("127.0.0.1", ipv4->host);
  EXPECT_EQ(9977, ipv4->port);
  EXPECT_TRUE(ipv4->is_address);
  const auto ipv6 = parse_host_port("[::1]:1", "--x");
  ASSERT_TRUE(ipv6.ok());
  EXPECT_EQ("::1", ipv6->host);
  EXPECT_TRUE(ipv6->is_address);
  const auto name = parse_host_port("solder.example-1.svc:65535", "--x");
  ASSERT_TRUE(name.ok());
  EXPECT_FALSE(name->is_address);
}

TEST(HostPortTest, PortZeroOnlyWhereAnyPortWillDo) {
  EXPECT_FALSE(parse_host_port("127.0.0.1:0", "--x").ok());
  EXPECT_TRUE(parse_host_port("127.0.0.1:0", "--x", true).ok());
}

TEST(HostPortTest, WrongOnesSayWhatWouldBeRight) {
  for (const char* text : {"", ":", "9977", "host", "host:", ":80", "host:x", "host:70000", "host:-1", "::1:80",
                           "[::1]", "[name]:80", "a b:80", "host:80 "}) {
    const auto parsed = parse_host_port(text, "--xds-address");
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_THAT(parsed.status().message(), HasSubstr("--xds-address: found \"" + std::string(text) + "\""));
    EXPECT_THAT(parsed.status().message(), HasSubstr("expected HOST:PORT"));
  }
}

}  // namespace
}  // namespace solder::cli::host_port_test

// Addresses to listen on, and hosts that requests name.
#include "core/admin/listen_address.h"

#include <gtest/gtest.h>

namespace solder::admin::listen_address_test {
namespace {

TEST(ListenAddress, HasAHostAndAPort) {
  const auto four = parse_listen_address("127.0.0.1:9091");
  ASSERT_TRUE(four.ok());
  EXPECT_EQ(four->host, "127.0.0.1");
  EXPECT_EQ(four->port, 9091);
  EXPECT_EQ(parse_listen_address("[::1]:0")->host, "::1");
  EXPECT_EQ(parse_listen_address("localhost:1")->host, "localhost");
}

TEST(ListenAddress, OtherwiseSaysWhatWouldBeRight) {
  for (const char* text : {"", "9091", ":9091", "host:", "host:x", "host:70000", "::1:80", "[::1]", "[]:80", "h:1x"}) {
    const auto parsed = parse_listen_address(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_NE(parsed.status().message().find("127.0.0.1:9091"), std::string::npos);
  }
}

TEST(ListenAddress, KnowsLoopback) {
  for (const char* host : {"localhost", "LocalHost", "127.0.0.1", "127.8.9.10", "::1"}) EXPECT_TRUE(is_loopback(host));
  for (const char* host :
       {"0.0.0.0", "::", "10.0.0.1", "evil.example", "127.0.0.1.evil.example", "localhost.evil", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(ListenAddress, TakesTheHostOutOfAHeader) {
  EXPECT_EQ(host_of_header("localhost:80"), "localhost");
  EXPECT_EQ(host_of_header("localhost"), "localhost");
  EXPECT_EQ(host_of_header("[::1]:80"), "::1");
  EXPECT_EQ(host_of_header("[::1]"), "::1");
  EXPECT_EQ(host_of_header("[::1"), "");
}

}  // namespace
}  // namespace solder::admin::listen_address_test

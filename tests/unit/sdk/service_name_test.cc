// Names are Gloo's, long ones included.
#include "solder/sdk/service_name.hpp"

#include <gtest/gtest.h>

namespace solder::sdk {
namespace {

// The test suite of RFC 1321, A.5; the last text takes two blocks.
TEST(Md5, IsThatOfTheRfc) {
  EXPECT_EQ(internal::md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(internal::md5_hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(internal::md5_hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(ServiceName, IsNamespaceNameAndPort) {
  EXPECT_EQ(service_upstream_name("default", "petstore", 8080), "kube-svc:default-petstore-8080");
  EXPECT_EQ(discovered_upstream_name("default", "petstore", 8080), "default-petstore-8080");
  EXPECT_EQ(discovered_upstream_name("My.ns", "a_b:c", 1), "my-ns-a-b-c-1");
}

TEST(ServiceName, ALongOneIsCutAndEndsInAHash) {
  const std::string ns(40, 'n'), name(40, 's');
  const std::string got = discovered_upstream_name(ns, name, 80);
  EXPECT_EQ(got.size(), 63u);
  EXPECT_EQ(got.substr(0, 32), std::string(31, 'n') + "-");
  EXPECT_EQ(got.substr(32), internal::md5_hex(ns + "-" + name + "-80").substr(0, 31));
  EXPECT_NE(got, discovered_upstream_name(ns, name, 81));
  const std::string longest = std::string(30, 'n') + "-" + std::string(30, 's') + "-8";
  EXPECT_EQ(discovered_upstream_name(std::string(30, 'n'), std::string(30, 's'), 8), longest) << "63 letters are kept";
}

}  // namespace
}  // namespace solder::sdk

#include "core/engine/wildcard_domains.h"

#include <gtest/gtest.h>

namespace solder::engine::wildcard_domains_test {
namespace {

TEST(WildcardDomains, CoverWhatEnvoyFindsByThem) {
  WildcardDomains domains;
  EXPECT_FALSE(domains.cover("a.test"));
  for (const char* domain : {"*.Wild.test", "*-x.test", "pre.*", "exact.test"}) domains.add(domain);
  for (const char* host : {"a.wild.test", "A.B.WILD.test", "a-x.test", "pre.fix", "Pre.fix:80"}) {
    EXPECT_TRUE(domains.cover(host)) << host;
  }
  for (const char* host : {"wild.test", ".wild.test", "-x.test", "pre.", "pre", "exact.test", "a.wild.test:80", ""}) {
    EXPECT_FALSE(domains.cover(host)) << host;
  }
  domains.add("*");
  EXPECT_TRUE(domains.cover("exact.test"));
}

}  // namespace
}  // namespace solder::engine::wildcard_domains_test

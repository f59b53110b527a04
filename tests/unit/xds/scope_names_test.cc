#include "core/xds/scope_names.h"

#include <set>

#include <gtest/gtest.h>

namespace solder::xds::testing::scope_names_test {
namespace {

constexpr std::string_view kGroup = "listener-::-8080-routes";

TEST(ScopeNames, WhatIsShortStandsAsItIs) {
  EXPECT_EQ(scope_name("web", "a.test"), "web|a.test");
  EXPECT_EQ(fallback_scope("web"), "web|*");
}

TEST(ScopeNames, NoneIsLong) {
  for (const size_t size : {1U, 6U, 7U, 15U, 16U, 253U}) {
    EXPECT_LE(scope_name(kGroup, std::string(size, 'a')).size(), kLongestScopeName) << size;
    EXPECT_LE(scope_name(std::string(size, 'a'), "example.com").size(), kLongestScopeName) << size;
  }
}

TEST(ScopeNames, EachDomainOfEachGroupHasItsOwn) {
  std::set<std::string> names;
  for (const std::string group : {"web", "listener-::-8080-routes", "listener-::-8443-routes"}) {
    for (int i = 0; i < 1000; ++i) {
      for (const char* ending : {".a", ".example.com", ".a-namespace.svc.cluster.local"}) {
        EXPECT_TRUE(names.insert(scope_name(group, std::to_string(i) + ending)).second) << group << i << ending;
      }
    }
  }
}

// Nobody takes the place of another's domain by a domain that reads like a digest.
TEST(ScopeNames, ADigestIsNoDomain) {
  const auto name = scope_name(kGroup, "a-long-domain.example.com");
  const auto bar = name.find('|');
  EXPECT_NE(scope_name(kGroup, name.substr(bar + 1)), name);
  EXPECT_NE(scope_name(name.substr(0, bar), "a.test"), scope_name(kGroup, "a.test"));
}

TEST(ScopeNames, AScopeKnowsItsFallback) {
  for (const std::string group : {"web", "listener-::-8080-routes", "a|b"}) {
    for (const std::string domain : {"a.test", "a-long-domain.example.com", "*"}) {
      EXPECT_EQ(fallback_of(scope_name(group, domain)), fallback_scope(group));
    }
  }
}

}  // namespace
}  // namespace solder::xds::testing::scope_names_test

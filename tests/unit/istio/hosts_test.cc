// What a host's name means, and which names have something in common.
#include "plugins/istio/hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::plugins::istio {
namespace {

using ::testing::ElementsAre;

TEST(Resolve, NamesOfServices) {
  const Options options;
  for (const char* name : {"cart", "cart.shop.svc", "cart.shop.svc.cluster.local"}) {
    const Target target = resolve(options, name, "shop");
    EXPECT_EQ(target.service, "cart") << name;
    EXPECT_EQ(target.ns, "shop") << name;
    EXPECT_EQ(target.host, "cart.shop.svc.cluster.local") << name;
  }
  for (const char* name : {"cart.example.com", "*.shop.svc.cluster.local", "a.cart.shop.svc.cluster.local", ".shop.svc",
                           "cart..svc", "*"}) {
    const Target target = resolve(options, name, "shop");
    EXPECT_FALSE(target.is_service()) << name;
    EXPECT_EQ(target.host, name);
  }
}

TEST(Spellings, TheNearestFirst) {
  const Options options;
  EXPECT_THAT(spellings(resolve(options, "cart", "shop"), "shop"),
              ElementsAre("cart.shop.svc.cluster.local", "cart", "cart.shop", "cart.shop.svc",
                          "*.shop.svc.cluster.local", "*.svc.cluster.local", "*.cluster.local", "*.local", "*"));
  EXPECT_THAT(spellings(resolve(options, "a.example.com", "shop"), "other"),
              ElementsAre("a.example.com", "*.example.com", "*.com", "*"));
}

TEST(Common, TheNarrowerOfTwo) {
  EXPECT_EQ(common("*", "a.com"), "a.com");
  EXPECT_EQ(common("a.com", "*"), "a.com");
  EXPECT_EQ(common("*.com", "*.a.com"), "*.a.com");
  EXPECT_EQ(common("a.com", "a.com"), "a.com");
  EXPECT_EQ(common("*.a.com", "a.com"), "");
  EXPECT_EQ(common("a.com", "b.com"), "");
}

TEST(ReadFilter, Namespaces) {
  EXPECT_EQ(read_filter("a.com", "edge").ns, "");
  EXPECT_EQ(read_filter("*/a.com", "edge").ns, "");
  EXPECT_EQ(read_filter("./a.com", "edge").ns, "edge");
  EXPECT_EQ(read_filter("shop/*.com", "edge").ns, "shop");
  EXPECT_EQ(read_filter("shop/*.com", "edge").host, "*.com");
}

}  // namespace
}  // namespace solder::plugins::istio

// Routes taken out of an object's text, whatever stands in and around them.
#include "core/config/route_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string service(const std::string& routes) {
  return R"({"kind":"VirtualService","metadata":{"name":"a]}\"{"},"spec":{"virtualHost":{"domains":["*"],"routes":)" +
         routes + R"(,"x":1},"z":[1,2]}})";
}

TEST(RouteTexts, AreTakenOutOneByOne) {
  const auto split = split_routes(service(R"([{"a":[1,{"b":"]"}]},{},null,7,"t\"]",true])"));
  EXPECT_THAT(split.routes, ElementsAre(R"({"a":[1,{"b":"]"}]})", "{}", "null", "7", R"("t\"]")", "true"));
  EXPECT_EQ(split.rest, service("[]"));
}

TEST(RouteTexts, OfASnakeCaseHostToo) {
  const auto split = split_routes(R"({"spec":{"virtual_host":{"routes":[{"a":1}]}}})");
  EXPECT_THAT(split.routes, ElementsAre(R"({"a":1})"));
  EXPECT_EQ(split.rest, R"({"spec":{"virtual_host":{"routes":[]}}})");
}

TEST(RouteTexts, OfATable) {
  const auto split = split_routes(R"({"kind":"RouteTable","spec":{"routes":[{"a":1},{"b":"\\\\"}],"weight":3}})");
  EXPECT_THAT(split.routes, ElementsAre(R"({"a":1})", R"({"b":"\\\\"})"));
  EXPECT_EQ(split.rest, R"({"kind":"RouteTable","spec":{"routes":[],"weight":3}})");
}

TEST(RouteTexts, WhatIsNoListStaysForTheSchemaToJudge) {
  for (const char* json : {R"({"spec":{"virtualHost":{"routes":{}}}})", R"({"spec":{"virtualHost":{"routes":null}}})",
                           R"({"spec":{"virtualHost":[]}})", R"({"spec":7})", R"({})", R"([])", "", "{",
                           R"({"spec":{"virtualHost":{"routes":[}}})", R"({"spec":{"virtualHost":{"routes":[{"a":1})",
                           R"({"spec":{"virtualHost":{"routes":[]},"virtual_host":{"routes":[{}]}}})"}) {
    const auto split = split_routes(json);
    EXPECT_THAT(split.routes, IsEmpty()) << json;
    EXPECT_EQ(split.rest, json);
  }
}

}  // namespace
}  // namespace solder::config

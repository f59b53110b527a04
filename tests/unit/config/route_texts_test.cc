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
  const std::string json = service(R"([{"a":[1,{"b":"]"}]},{},null,7,"t\"]",true])");
  const auto split = split_routes(json);
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

RoutePieces pieces(const std::string& route) {
  RoutePieces out;
  out.action = "of before";
  split_route(route, out);
  return out;
}

TEST(RoutePieces, AreTheMembersByWhatTheySay) {
  const auto split =
      pieces(R"({"matchers":[{"prefix":"/\\"}],"routeAction":{"a":1},"options":{"t":"}"},"name":"n","x":2})");
  EXPECT_EQ(split.name, "n");
  EXPECT_EQ(split.matchers, R"({"matchers":[{"prefix":"/\\"}]})");
  EXPECT_EQ(split.options, R"({"options":{"t":"}"}})");
  EXPECT_EQ(split.action, R"({"routeAction":{"a":1},"x":2})");
  EXPECT_EQ(pieces("{\"name\":\"a\\\"\\u00e9\"}").name, "a\"é");
  EXPECT_EQ(pieces("{}").action, "{}");
}

TEST(RoutePieces, WhatCannotBeSplitIsAllAction) {
  for (const char* route :
       {"7", "[]", "null", R"("a")", R"({"matchers":[)", R"({"options")", R"({"options":{}}x)", ""}) {
    const auto split = pieces(route);
    EXPECT_EQ(split.action, route);
    EXPECT_EQ(split.name + split.matchers + split.options, "") << route;
  }
}

TEST(RoutePieces, WhatTheSchemaRefusesStaysToBeRefused) {
  EXPECT_EQ(pieces(R"({"name":7})").action, R"({"name":7})");
  const auto twice = pieces(R"({"options":{},"options":{"a":1}})");
  EXPECT_EQ(twice.options + twice.action, R"({"options":{}}{"options":{"a":1}})");
}

}  // namespace
}  // namespace solder::config

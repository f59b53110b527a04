#include "core/engine/inheritance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::engine::inheritance_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Path = model::Matcher::Path;

model::Matcher matcher(Path kind, const std::string& text) {
  model::Matcher out;
  out.has_path = true;
  out.kind = kind;
  out.text = text;
  return out;
}

model::Matcher above() {
  model::Matcher out = matcher(Path::kPrefix, "/shop");
  out.headers = {{"x-tenant", "a", false, false}};
  out.query_parameters = {{"q", "1", false}};
  out.methods = {"GET"};
  return out;
}

TEST(Inheritance, ARouteBelowAsksForNoLess) {
  model::Matcher below = above();
  below.text = "/shop/cart";
  EXPECT_THAT(mismatch({below}, above()), IsEmpty());
  below.headers.push_back({"x-more", "", false, false});
  below.methods.emplace_back("POST");
  EXPECT_THAT(mismatch({below}, above()), IsEmpty());
  const auto but = [&](auto&& change) {
    model::Matcher changed = below;
    change(changed);
    return mismatch({below, changed}, above());
  };
  EXPECT_THAT(but([](auto& m) { m.text = "/sho"; }), HasSubstr("\"/sho\" does not begin with the prefix \"/shop\""));
  EXPECT_THAT(but([](auto& m) { m.has_path = false; }), HasSubstr("does not begin"));
  EXPECT_THAT(but([](auto& m) { m.case_sensitive = false; }), HasSubstr("caseSensitive is false"));
  EXPECT_THAT(but([](auto& m) { m.headers[0].value = "b"; }), HasSubstr("lacks headers"));
  EXPECT_THAT(but([](auto& m) {
                m.headers.push_back({"x-tenant", "a", true, false});
              }),
              HasSubstr("lacks headers"))
      << "the last of a name counts";
  EXPECT_THAT(but([](auto& m) { m.query_parameters.clear(); }), HasSubstr("lacks query parameters"));
  EXPECT_THAT(but([](auto& m) { m.methods = {"POST"}; }), HasSubstr("lacks methods"));
}

TEST(Inheritance, ARouteTakesWhatItAsksFor) {
  model::RouteOutline route;
  EXPECT_EQ(to_json(inherited_matchers(route, above(), false, false)), R"([{"prefix":"/"}])");
  EXPECT_EQ(
      to_json(inherited_matchers(route, above(), true, true)),
      R"([{"headers":[{"invertMatch":false,"name":"x-tenant","regex":false,"value":"a"}],"methods":["GET"],"prefix":"/shop","queryParameters":[{"name":"q","regex":false,"value":"1"}]}])");
  route.matchers = {matcher(Path::kExact, "/shop/a"), matcher(Path::kRegex, "/shop/b.*")};
  route.matchers[1].methods = {"POST"};
  const auto both = inherited_matchers(route, above(), false, true);
  EXPECT_THAT(both[1].methods, ::testing::ElementsAre("GET", "POST"));
  EXPECT_EQ(both[0].text, "/shop/a");
}

TEST(Inheritance, OrderOfRoutesOfSeveralTables) {
  const auto exact = matcher(Path::kExact, "/a");
  const auto regex = matcher(Path::kRegex, "/z");
  const auto prefix = matcher(Path::kPrefix, "/a");
  const auto longer = matcher(Path::kPrefix, "/a/b");
  auto with_method = matcher(Path::kPrefix, "/");
  with_method.methods = {"GET"};
  const std::vector<model::Matcher> in_order = {with_method, exact, regex, longer, prefix};
  for (size_t i = 0; i < in_order.size(); ++i) {
    for (size_t j = 0; j < in_order.size(); ++j) {
      EXPECT_EQ(order_of({in_order[i]}) < order_of({in_order[j]}), i < j) << i << " and " << j;
    }
  }
  EXPECT_TRUE(order_of({prefix, exact}) < order_of({regex})) << "a route's first matcher in that order counts";
}

}  // namespace
}  // namespace solder::engine::inheritance_test

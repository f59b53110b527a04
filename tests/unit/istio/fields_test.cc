// Durations as Go writes them, and members of the wrong type.
#include "plugins/istio/fields.h"

#include <gtest/gtest.h>

namespace solder::plugins::istio {
namespace {

TEST(Seconds, EveryUnitOfGos) {
  EXPECT_EQ(seconds("5s"), "5s");
  EXPECT_EQ(seconds("0s"), "0s");
  EXPECT_EQ(seconds("250ms"), "0.25s");
  EXPECT_EQ(seconds("1.5s"), "1.5s");
  EXPECT_EQ(seconds("1m30s"), "90s");
  EXPECT_EQ(seconds("1.5h"), "5400s");
  EXPECT_EQ(seconds("2h45m"), "9900s");
  EXPECT_EQ(seconds("3us"), "0.000003s");
  EXPECT_EQ(seconds("7ns"), "0.000000007s");
  EXPECT_EQ(seconds(".5s"), "0.5s");
}

TEST(Seconds, WhatIsNone) {
  for (const char* text : {"", "5", "s", "soon", "-1s", "1s ", "1d", "1.s.", "99999999999h", "9999999999h"})
    EXPECT_EQ(seconds(text), std::nullopt) << text;
}

TEST(Fields, WhatIsOfTheWrongTypeCountsAsAbsent) {
  const Json object = {{"text", 1},
                       {"number", "2"},
                       {"flag", "yes"},
                       {"list", "a"},
                       {"map", Json::array()},
                       {"texts", {"a", 1}},
                       {"nothing", nullptr},
                       {"labels", {{"a", "b"}, {"c", 1}}}};
  Report quiet(nullptr);
  Fields fields(&object, "/spec", quiet);
  EXPECT_EQ(fields.text("text"), "");
  EXPECT_EQ(fields.number("number"), std::nullopt);
  EXPECT_EQ(fields.flag("flag"), std::nullopt);
  EXPECT_TRUE(fields.objects("list").empty());
  EXPECT_FALSE(fields.object("map").present());
  EXPECT_EQ(fields.texts("texts"), std::vector<std::string>{"a"});
  EXPECT_FALSE(fields.has("nothing"));
  EXPECT_EQ(fields.map("labels").size(), 1u);
  EXPECT_EQ(fields.object("a/b").path(), "/spec/a~1b");
}

TEST(Fields, NoneHasNoMembers) {
  Report quiet(nullptr);
  const Json null;
  for (const Json* none : {static_cast<const Json*>(nullptr), &null}) {
    Fields fields(none, "", quiet);
    EXPECT_FALSE(fields.present());
    EXPECT_EQ(fields.text("a"), "");
    EXPECT_FALSE(fields.has("a"));
    fields.rest();
  }
}

}  // namespace
}  // namespace solder::plugins::istio

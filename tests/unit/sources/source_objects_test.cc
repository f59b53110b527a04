// What a source says, list after list: what comes, what goes, and what stays because nobody could say.
#include "core/sources/source_objects.h"

#include <gmock/gmock.h>

namespace solder::sources::source_objects_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string object(const std::string& name, const std::string& ns = "ns", const std::string& kind = "Service",
                   int value = 1) {
  return R"({"apiVersion":"v1","kind":")" + kind + R"(","metadata":{"name":")" + name + R"(","namespace":")" + ns +
         R"("},"spec":{"value":)" + std::to_string(value) + "}}";
}

// "+a" came or changed, "-a" went.
std::vector<std::string> changes(SourceObjects& objects) {
  std::vector<std::string> out;
  for (const auto& change : objects.take()) out.push_back((change.object ? "+" : "-") + change.ref.name);
  return out;
}

class SourceObjectsTest : public ::testing::Test {
 protected:
  SourceObjectsTest() { objects.begin(); }
  void list(const std::vector<std::string>& names, const std::string& ns = "") {
    objects.begin_list("Service", ns);
    for (const auto& name : names) ASSERT_TRUE(objects.put(object(name)).ok());
    objects.end_list("Service", ns);
  }
  SourceObjects objects;
};

TEST_F(SourceObjectsTest, OnlyWhatIsNewsIsTold) {
  list({"a", "b"});
  EXPECT_FALSE(objects.whole());
  objects.complete();
  EXPECT_TRUE(objects.whole());
  EXPECT_THAT(changes(objects), ElementsAre("+a", "+b"));
  EXPECT_TRUE(objects.put(object("a")).ok());
  EXPECT_THAT(changes(objects), IsEmpty());
  EXPECT_TRUE(objects.put(object("a", "ns", "Service", 2)).ok());
  objects.remove({"Service", "ns", "b"});
  objects.remove({"Service", "ns", "never"});
  EXPECT_THAT(changes(objects), ElementsAre("+a", "-b"));
}

TEST_F(SourceObjectsTest, WhatAListLeavesOutIsGone) {
  list({"a", "b"});
  ASSERT_TRUE(objects.put(object("other", "ns", "Secret")).ok());
  objects.complete();
  objects.take();
  list({"b"});
  EXPECT_THAT(changes(objects), ElementsAre("-a"));
}

TEST_F(SourceObjectsTest, AListOfOneNamespaceSaysNothingOfOthers) {
  ASSERT_TRUE(objects.put(object("far", "other")).ok());
  ASSERT_TRUE(objects.put(object("near")).ok());
  objects.complete();
  objects.take();
  list({}, "ns");
  EXPECT_THAT(changes(objects), ElementsAre("-near"));
}

TEST_F(SourceObjectsTest, AChangeWhileItIsListedCounts) {
  objects.complete();
  objects.begin_list("Service", "");
  ASSERT_TRUE(objects.put(object("a")).ok());
  objects.begin_list("Secret", "");
  objects.end_list("Secret", "");
  objects.end_list("Service", "");
  EXPECT_THAT(changes(objects), ElementsAre("+a"));
  objects.end_list("Service", "");
  EXPECT_THAT(changes(objects), IsEmpty()) << "an end without a beginning takes nothing away";
}

TEST_F(SourceObjectsTest, ANewInstanceSaysWhatIsLeftOfTheOld) {
  list({"a", "b"});
  ASSERT_TRUE(objects.put(object("kept", "ns", "Secret")).ok());
  ASSERT_TRUE(objects.put(object("dropped", "ns", "Pod")).ok());
  objects.complete();
  objects.take();
  objects.begin();
  EXPECT_FALSE(objects.whole());
  list({"a"});
  objects.keep("Secret", "");
  objects.complete();
  EXPECT_THAT(changes(objects), ElementsAre("-dropped", "-b"));
}

TEST_F(SourceObjectsTest, WhatCannotBeReadStaysAsItWasAndIsNamed) {
  list({"a"});
  objects.complete();
  objects.take();
  objects.begin_list("Service", "");
  EXPECT_FALSE(
      objects.put(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"a","namespace":"ns","labels":{"x":1}}})")
          .ok());
  objects.end_list("Service", "");
  EXPECT_THAT(changes(objects), IsEmpty());
  ASSERT_EQ(objects.problems().size(), 1U);
  EXPECT_EQ(objects.problems()[0].object.name, "a");
  EXPECT_TRUE(objects.put(object("a")).ok());
  EXPECT_THAT(objects.problems(), IsEmpty());
  EXPECT_FALSE(objects.put("{").ok());
  EXPECT_FALSE(objects.put("[]").ok());
  EXPECT_THAT(objects.problems(), IsEmpty()) << "nobody knows whose it is";
}

}  // namespace
}  // namespace solder::sources::source_objects_test

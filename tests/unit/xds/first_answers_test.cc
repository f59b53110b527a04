// What a first request is answered with, who shares it, and how long it is kept.
#include "core/xds/first_answers.h"

#include <gtest/gtest.h>

namespace solder::xds::first_answers_test {
namespace {

ResourceSet world(const std::string& value) {
  return ResourceSet({make_resource("a", base::Bytes(value)), make_resource("b", base::Bytes(value)),
                      make_resource("c", base::Bytes(value))});
}

NameListPtr list(std::vector<std::string> names) { return std::make_shared<const NameList>(std::move(names)); }

std::vector<std::string> names_of(const ResponseContent& content) {
  std::vector<std::string> names;
  for (const auto& resource : content.resources) names.push_back(resource->name);
  return names;
}

using Names = std::vector<std::string>;

TEST(FirstAnswers, NamesThatAreThereAndThoseThatAreNot) {
  const auto answer = first_answer(list({"c", "nowhere", "a"}).get(), world("1"));
  EXPECT_EQ(names_of(*answer), (Names{"a", "c"}));
  EXPECT_EQ(answer->removed, (Names{"nowhere"}));
}

TEST(FirstAnswers, WithoutNamesEverything) {
  const auto answer = first_answer(nullptr, world("1"));
  EXPECT_EQ(names_of(*answer), (Names{"a", "b", "c"}));
  EXPECT_TRUE(answer->removed.empty());
}

TEST(FirstAnswers, OneAnswerForAllThatAskForTheSame) {
  FirstAnswers answers;
  const auto names = list({"a", "b"});
  const auto first = answers.get(names, world("1"));
  EXPECT_EQ(answers.get(names, world("1")), first);
  EXPECT_NE(answers.get(names, world("2")), first) << "another world";
  EXPECT_NE(answers.get(list({"a"}), world("1")), first) << "other names";
  EXPECT_NE(answers.get(nullptr, world("1")), first) << "everything";
}

TEST(FirstAnswers, KeepsFewAndNothingOnceCleared) {
  FirstAnswers answers;
  for (int i = 0; i < 100; ++i) answers.get(list({"a"}), world("1"));
  EXPECT_EQ(answers.size(), 8U);
  answers.clear();
  EXPECT_EQ(answers.size(), 0U);
}

// Equal hashes of large contents are what the cache of written responses goes by.
TEST(ResponseContent, HashesWhatIsLarge) {
  std::vector<ResourcePtr> many;
  for (int i = 0; i < 20; ++i) many.push_back(make_resource(std::to_string(i), base::Bytes("x")));
  const auto content = make_content(many);
  EXPECT_TRUE(content->is_large());
  EXPECT_EQ(make_content(many)->hash, content->hash);
  EXPECT_NE(make_content(many, {"gone"})->hash, content->hash);
  EXPECT_NE(make_content(many, {"gone"})->hash, make_content(many, {"lost"})->hash);
  many[7] = make_resource("7", base::Bytes("y"));
  EXPECT_NE(make_content(many)->hash, content->hash);
  EXPECT_FALSE(make_content({many[0]})->is_large());
}

}  // namespace
}  // namespace solder::xds::first_answers_test

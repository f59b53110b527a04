// Reflection on the wire: questions as frames, answers taken apart, and files put together so that they are whole.
#include "plugins/openapi/reflection_messages.h"

#include <gtest/gtest.h>

namespace solder::plugins::openapi::reflection_messages_test {
namespace {

using Kind = ReflectionQuestion::Kind;
using namespace std::string_literals;

std::string field(int number, const std::string& value) {
  return static_cast<char>(number << 3 | 2) + (static_cast<char>(value.size()) + value);
}
std::string frame(const std::string& message) { return "\0\0\0\0"s + static_cast<char>(message.size()) + message; }
std::string file(const std::string& name, const std::string& package, const std::vector<std::string>& imports,
                 const std::vector<std::string>& services) {
  std::string out = field(1, name) + field(2, package);
  for (const auto& import : imports) out += field(3, import);
  for (const auto& service : services) out += field(6, field(1, service));
  return out;
}

TEST(ReflectionMessages, QuestionsAreFrames) {
  EXPECT_EQ(frame(field(7, "*")), reflection_body({{}}));
  EXPECT_EQ(frame(field(4, "a.B")) + frame(field(3, "c.proto")),
            reflection_body({{Kind::kFileOfSymbol, "a.B"}, {Kind::kFileOfName, "c.proto"}}));
}

TEST(ReflectionMessages, AnswersAreTakenApart) {
  const std::string services = field(6, field(1, field(1, "a.B")) + field(1, field(1, "c.D")));
  const auto answers =
      read_reflection(frame(field(1, "host") + services) + frame(field(4, field(1, "one") + field(1, "two"))) +
                      frame(field(7, field(2, "not found"))));
  ASSERT_TRUE(answers);
  ASSERT_EQ(3u, answers->size());
  EXPECT_EQ(std::vector<std::string>({"a.B", "c.D"}), (*answers)[0].services);
  EXPECT_EQ(std::vector<std::string>({"one", "two"}), (*answers)[1].files);
  EXPECT_EQ("not found", (*answers)[2].error);
}

TEST(ReflectionMessages, WhatIsNoAnswer) {
  for (const std::string& body : {"x"s, "\0\0\0\0"s, "\0\0\0\0\5abc"s, "\1\0\0\0\0"s, "<html>nothing</html>"s})
    EXPECT_FALSE(read_reflection(body)) << body;
  EXPECT_TRUE(read_reflection("")->empty());
}

TEST(ReflectionMessages, FilesAreWholeAndInOrder) {
  FileSet files;
  EXPECT_TRUE(files.add(file("top.proto", "a", {"mid.proto", "low.proto"}, {"B"})));
  EXPECT_EQ(std::set<std::string>({"low.proto", "mid.proto"}), files.missing());
  EXPECT_TRUE(files.add(file("mid.proto", "", {"low.proto"}, {"Plain"})));
  EXPECT_TRUE(files.add(file("low.proto", "", {}, {})));
  EXPECT_TRUE(files.add(file("lonely.proto", "x", {"nowhere.proto"}, {"Y"})));
  EXPECT_TRUE(files.add(file("ring.proto", "r", {"ring.proto"}, {"R"})));
  EXPECT_EQ(std::set<std::string>({"nowhere.proto"}), files.missing());
  EXPECT_FALSE(files.add("\xff\xff\xff"));
  const auto whole = files.whole({"a.B", "Plain", "x.Y", "r.R", "not.There"});
  EXPECT_EQ(std::vector<std::string>({"a.B", "Plain"}), whole.services);
  EXPECT_EQ(field(1, file("low.proto", "", {}, {})) + field(1, file("mid.proto", "", {"low.proto"}, {"Plain"})) +
                field(1, file("top.proto", "a", {"mid.proto", "low.proto"}, {"B"})),
            whole.descriptors);
  ASSERT_EQ(3u, whole.incomplete.size());
  EXPECT_EQ("nowhere.proto", whole.incomplete[0].second);
  EXPECT_EQ("ring.proto", whole.incomplete[1].second);
}

}  // namespace
}  // namespace solder::plugins::openapi::reflection_messages_test

// Text that is made to cost memory, stack or time: refused by a bound, with its place, and quickly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/documents.h"
#include "tests/unit/config/reading.h"

namespace solder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string repeated(const std::string& text, size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(HostileDocuments, TenThousandDeepIsRefusedAtTheBound) {
  EXPECT_THAT(lines_of(parse_documents(repeated("[", 10'000), "f.yaml").problems),
              ElementsAre("TooDeep File f.yaml - 1:101"));
  EXPECT_THAT(lines_of(parse_documents(repeated("{\"a\":", 10'000), "f.json").problems),
              ElementsAre("TooDeep File f.json - 1:501"));
  EXPECT_THAT(lines_of(parse_documents(repeated("- ", 10'000), "f.yaml").problems),
              ElementsAre("TooDeep File f.yaml - 1:201"));
  std::string steps;
  for (size_t depth = 0; depth < 10'000; ++depth) steps += std::string(depth, ' ') + "a:\n";
  EXPECT_THAT(lines_of(parse_documents(steps, "f.yaml").problems), ElementsAre("TooDeep File f.yaml - 101:101"));
}

TEST(HostileDocuments, DepthBelowTheBoundIsRead) {
  const auto out = parse_documents(service("a", "  x: " + repeated("[", 90) + repeated("]", 90) + "\n"), "f.yaml");
  EXPECT_THAT(lines_of(out.problems), IsEmpty());
  EXPECT_EQ(out.objects.size(), 1u);
}

// Ten names, each ten times the one before: 10^10 values from 700 bytes.
TEST(HostileDocuments, AliasBombIsDefused) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + repeated("," + before, 9) + "]\n";
  }
  const auto out = parse_documents(bomb + "---\n" + service("good"), "f.yaml");
  ASSERT_EQ(out.problems.size(), 1u);
  EXPECT_EQ(out.problems[0].reason, "AliasBomb");
  EXPECT_GT(out.problems[0].where.line, 1u);
  EXPECT_THAT(names_of(out), ElementsAre("VirtualService default/good"));
}

// One long text, many times: few values, but gigabytes of them.
TEST(HostileDocuments, AliasesOfALongTextAreBounded) {
  const std::string bomb = "a: &a " + std::string(1'000'000, 'x') + "\nb: [" + repeated("*a,", 50'000) + "]\n";
  const auto out = parse_documents(bomb, "f.yaml");
  ASSERT_EQ(out.problems.size(), 1u);
  EXPECT_EQ(out.problems[0].reason, "AliasBomb");
}

TEST(HostileDocuments, AliasesThatStayBelowTheBoundAreFine) {
  const auto out = parse_documents(service("a", "  x: &x [1, 2]\n  y: [" + repeated("*x, ", 1000) + "]\n"), "f.yaml");
  EXPECT_THAT(lines_of(out.problems), IsEmpty());
}

TEST(HostileDocuments, LargeFilesAreRefusedByTheirSize) {
  Limits limits;
  limits.max_file_bytes = 1024;
  const auto out = parse_documents(std::string(2000, '#'), "f.yaml", limits);
  EXPECT_THAT(lines_of(out.problems), ElementsAre("TooLarge File f.yaml - 0:0"));
  EXPECT_EQ(out.problems[0].found, "2000 bytes");
}

TEST(HostileDocuments, TooManyValues) {
  Limits limits;
  limits.max_expanded_nodes = 1000;
  const auto out = parse_documents("[" + repeated("1,", 2000) + "]", "f.yaml", limits);
  ASSERT_EQ(out.problems.size(), 1u);
  EXPECT_EQ(out.problems[0].reason, "TooLarge");
}

// The JSON parser quotes what it read byte by byte; found by the fuzzer.
TEST(HostileDocuments, JsonSyntaxErrorsNeverQuoteHalfALetter) {
  for (const char* text : {"{\"a\": \xc3\xa9}", "\xf0\x9f\x90\x8d", "{\"a\\u00\xc3\xa9\": 1}"}) {
    const auto out = parse_documents(text, "f.json");
    ASSERT_EQ(out.problems.size(), 1u) << text;
    for (const char c : out.problems[0].message) EXPECT_LT(static_cast<unsigned char>(c), 0x80) << text;
  }
}

// Every report may become JSON, so what is cut out of the text must stay text.
TEST(HostileDocuments, WhatIsShownIsCutBetweenLetters) {
  for (size_t shift = 0; shift < 4; ++shift) {
    const std::string text = std::string(shift, 'x') + repeated("\xf0\x9f\x90\x8d", 100);
    const auto out = parse_documents("- " + text + "\n", "f.yaml");
    ASSERT_EQ(out.problems.size(), 1u);
    const auto again = parse_documents("found: \"" + out.problems[0].found.substr(2) + "\n", "f.yaml");
    for (const auto& problem : again.problems) EXPECT_NE(problem.reason, "NotUtf8") << shift;
  }
}

}  // namespace
}  // namespace solder::config

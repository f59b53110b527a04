// Lines from pieces that end wherever they like.
#include "plugins/kubernetes/event_lines.h"

#include <gmock/gmock.h>

#include <vector>

namespace solder::plugins::kubernetes {
namespace {

using ::testing::ElementsAre;

TEST(EventLines, AreWholeHoweverTheyCome) {
  EventLines lines;
  std::vector<std::string> got;
  const auto take = [&](std::string_view line) {
    got.emplace_back(line);
    return true;
  };
  const std::string text = "one\n\ntwo\nthree\n";
  for (const char c : text) lines.add({&c, 1}, take);
  lines.add("four\nfive\nsi", take);
  lines.add("x", take);
  EXPECT_THAT(got, ElementsAre("one", "two", "three", "four", "five"));
  lines.add("\n", take);
  EXPECT_EQ(got.back(), "six");
}

TEST(EventLines, StopWhereTheReceiverHasEnough) {
  EventLines lines;
  std::vector<std::string> got;
  lines.add("a\nb\nc\n", [&](std::string_view line) {
    got.emplace_back(line);
    return false;
  });
  EXPECT_THAT(got, ElementsAre("a"));
  lines.clear();
  lines.add("d\n", [&](std::string_view line) {
    got.emplace_back(line);
    return true;
  });
  EXPECT_THAT(got, ElementsAre("a", "d"));
}

}  // namespace
}  // namespace solder::plugins::kubernetes

#include "core/base/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace solder::base {
namespace {

TEST(Progress, TellsOnceASecondAndNothingOfShortWork) {
  std::vector<std::string> lines;
  Progress::Clock::time_point now;
  Progress progress(
      "reading", 100, [&](const std::string& line) { lines.push_back(line); }, [&] { return now; });
  for (int i = 0; i < 9; ++i) {
    now += std::chrono::milliseconds(100);
    progress.step();
  }
  EXPECT_THAT(lines, ::testing::IsEmpty());
  for (int i = 0; i < 16; ++i) {
    now += std::chrono::milliseconds(100);
    progress.step();
  }
  EXPECT_THAT(lines, ::testing::ElementsAre("reading: 10 of 100", "reading: 20 of 100"));
}

}  // namespace
}  // namespace solder::base

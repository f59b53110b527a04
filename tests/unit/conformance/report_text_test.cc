// Reports stay what their readers can read, whatever plugins say.
#include "core/conformance/report_text.h"

#include <gtest/gtest.h>

namespace solder::conformance {
namespace {

std::vector<Finding> findings() {
  const auto& checks = all_checks();
  return {{&checks[0], passed(), std::chrono::microseconds(1500)},
          {&checks[1], failed("found \"<a & b>\"\nnot ok 3 \\"), std::chrono::microseconds(2)},
          {&checks[2], skipped("because # of it"), {}}};
}

TEST(ReportText, Tap) {
  const auto& checks = all_checks();
  const auto line = [&](size_t i) { return std::string(checks[i].id) + ": " + checks[i].title; };
  EXPECT_EQ(to_tap(findings()), "TAP version 14\n1..3\nok 1 - " + line(0) + "\nnot ok 2 - " + line(1) +
                                    "\n  ---\n  message: \"found \\\"<a & b>\\\" not ok 3 \\\\\"\n  help: \"" +
                                    checks[1].help + "\"\n  ...\nok 3 - " + line(2) + " # SKIP because \\# of it\n");
}

TEST(ReportText, JUnit) {
  const std::string text = to_junit("a&b.so", findings());
  EXPECT_NE(
      text.find(
          "<testsuite name=\"a&amp;b.so\" tests=\"3\" failures=\"1\" skipped=\"1\" errors=\"0\" time=\"0.001502\">"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("<failure message=\"found &quot;&lt;a &amp; b&gt;&quot; not ok 3 \\\">"), std::string::npos)
      << text;
  EXPECT_NE(text.find("<skipped message=\"because # of it\"/>"), std::string::npos) << text;
}

}  // namespace
}  // namespace solder::conformance

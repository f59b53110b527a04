// One line a problem, for a person at a terminal.
#include <gtest/gtest.h>

#include "core/report/reporter.h"

namespace solder::report::text_test {
namespace {

model::Diagnostic example() {
  return {.severity = model::Severity::kError,
          .reason = "InvalidDuration",
          .object = {"VirtualService", "default", "petstore"},
          .field = "/spec/virtualHost/routes/0/options/timeout",
          .message = "this is no duration",
          .found = "\"5x\"",
          .expected = "seconds like 5s",
          .where = {"vs.yaml", 12, 9}};
}

TEST(Text, HasPlaceObjectFieldFactsAndReason) {
  EXPECT_EQ(to_text(example()),
            "vs.yaml:12:9: error: VirtualService default/petstore spec.virtualHost.routes[0].options.timeout: this is "
            "no duration (found \"5x\", expected seconds like 5s) [InvalidDuration]");
  EXPECT_EQ(to_text_without_object(example()),
            "vs.yaml:12:9: error: spec.virtualHost.routes[0].options.timeout: this is no duration (found \"5x\", "
            "expected seconds like 5s) [InvalidDuration]");
}

TEST(Text, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(to_text({.severity = model::Severity::kWarning, .message = "m"}), "warning: m");
  EXPECT_EQ(to_text({.object = {"File", "", "a.yaml"}, .message = "m", .where = {.file = "a.yaml"}}),
            "a.yaml: error: m");
  auto diagnostic = example();
  diagnostic.found.clear();
  diagnostic.field.clear();
  EXPECT_EQ(to_text(diagnostic),
            "vs.yaml:12:9: error: VirtualService default/petstore: this is no duration (expected seconds like 5s) "
            "[InvalidDuration]");
}

TEST(Text, FieldsReadLikePaths) {
  EXPECT_EQ(field_path("/spec/a/0/b_c"), "spec.a[0].b_c");
  EXPECT_EQ(field_path("/metadata/labels/app~1name"), "metadata.labels[\"app/name\"]");
  EXPECT_EQ(field_path("/a/x.y/~0"), "a[\"x.y\"][\"~\"]");
  EXPECT_EQ(field_path(""), "");
}

TEST(Text, StaysOnOneLineAndGivesTheTerminalNoOrders) {
  auto diagnostic = example();
  diagnostic.message = "two\nlines";
  diagnostic.found = "\x1b[31mred \xc2\x9b bell\x07";
  const std::string text = to_text(diagnostic);
  EXPECT_NE(text.find("two\\nlines (found \\x1b[31mred \\x9b bell\\x07,"), std::string::npos) << text;
}

TEST(Text, LongQuotesAreCutBetweenLetters) {
  auto diagnostic = example();
  diagnostic.expected.clear();
  diagnostic.found = std::string(199, 'x') + "\xc3\xa4" + std::string(1000, 'x');
  EXPECT_NE(to_text(diagnostic).find("(found " + std::string(199, 'x') + "...)"), std::string::npos);
}

}  // namespace
}  // namespace solder::report::text_test

#include "cli/problem_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::cli::problem_log_test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

model::Diagnostic problem(const char* field, uint32_t line = 0) {
  return {.reason = "UnknownField", .object = {"Upstream", "ns", "a"}, .field = field, .where = {"a.yaml", line, 1}};
}

// The report of the one object.
report::Reports::Changes report(const model::Diagnostics& problems) {
  model::ObjectReport out;
  out.object = {"Upstream", "ns", "a"};
  out.diagnostics = problems;
  return {{out}, {}};
}

TEST(ProblemLogTest, EachProblemOnceWhenItComesAndOnceWhenItGoes) {
  ProblemLog log;
  const auto first = log.update(report({problem("/a", 7), problem("/b")}));
  ASSERT_THAT(first.appeared, SizeIs(2));
  EXPECT_EQ(7u, first.appeared[0].where.line);
  const auto same = log.update(report({problem("/b"), problem("/a")}));
  EXPECT_THAT(same.appeared, IsEmpty());
  EXPECT_THAT(same.gone, IsEmpty());
  const auto next = log.update(report({problem("/b"), problem("/c")}));
  ASSERT_THAT(next.appeared, SizeIs(1));
  EXPECT_EQ("/c", next.appeared[0].field);
  ASSERT_THAT(next.gone, SizeIs(1));
  EXPECT_EQ("/a", next.gone[0].field);
}

TEST(ProblemLogTest, AnotherLineIsTheSameProblem) {
  ProblemLog log;
  log.update(report({problem("/a", 3)}));
  const auto moved = log.update(report({problem("/a", 4)}));
  EXPECT_THAT(moved.appeared, IsEmpty());
  EXPECT_THAT(moved.gone, IsEmpty());
}

TEST(ProblemLogTest, InformationIsNoProblem) {
  ProblemLog log;
  auto note = problem("/a");
  note.severity = model::Severity::kInfo;
  EXPECT_THAT(log.update(report({note})).appeared, IsEmpty());
}

TEST(ProblemLogTest, AnObjectThatIsGoneTakesItsProblemsAlong) {
  ProblemLog log;
  log.update(report({problem("/a")}));
  EXPECT_THAT(log.update({{}, {{"Upstream", "ns", "other"}}}).gone, IsEmpty());
  EXPECT_THAT(log.update({{}, {{"Upstream", "ns", "a"}}}).gone, SizeIs(1));
}

}  // namespace
}  // namespace solder::cli::problem_log_test

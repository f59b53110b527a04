// Diagnostics become one report an object, located and in order.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/config/documents.h"
#include "core/report/reporter.h"

namespace solder::report::reports_test {
namespace {

using model::Severity;
using model::State;

model::ObjectPtr object(const std::string& name) {
  auto out = std::make_shared<model::Object>();
  out->ref = {"Upstream", "default", name};
  out->hash = 7;
  return out;
}

model::Diagnostic problem(const std::string& name, Severity severity, const std::string& message = "m") {
  return {.severity = severity, .object = {"Upstream", "default", name}, .message = message};
}

TEST(Reports, EachObjectHasTheStateOfItsWorstProblem) {
  const auto reports = make_reports({object("d"), object("c"), object("b"), object("a")},
                                    {problem("a", Severity::kWarning), problem("a", Severity::kError),
                                     problem("b", Severity::kWarning), problem("c", Severity::kInfo)});
  ASSERT_EQ(reports.size(), 4u);
  EXPECT_EQ(reports[0].object.name, "a");
  EXPECT_EQ(reports[0].state, State::kRejected);
  EXPECT_EQ(reports[0].diagnostics.size(), 2u);
  EXPECT_EQ(reports[1].state, State::kWarning);
  EXPECT_EQ(reports[2].state, State::kAccepted);
  EXPECT_EQ(reports[2].diagnostics.size(), 1u);
  EXPECT_EQ(reports[3].state, State::kAccepted);
  EXPECT_EQ(reports[3].hash, 7u);
}

TEST(Reports, WhatNoObjectStandsForHasAReportAsWell) {
  const auto reports = make_reports({}, {{.object = {"File", "", "x.yaml"}, .message = "m"}});
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].state, State::kRejected);
  EXPECT_EQ(reports[0].hash, 0u);
  EXPECT_EQ(reports[0].diagnostics[0].where.file, "x.yaml");
}

TEST(Reports, RepeatsAreLeftOut) {
  const auto reports = make_reports(
      {}, {problem("a", Severity::kError), problem("a", Severity::kError), problem("a", Severity::kError, "other")});
  EXPECT_EQ(reports[0].diagnostics.size(), 2u);
}

class Located : public ::testing::Test {
 protected:
  Located() {
    std::string name = (std::filesystem::temp_directory_path() / "solder-report-XXXXXX").string();
    directory = ::mkdtemp(name.data());
    file = directory + "/a.yaml";
  }
  ~Located() override { std::filesystem::remove_all(directory); }
  std::string directory, file;
};

TEST_F(Located, FieldsAreFoundInTheFileAndProblemsSortedByPlace) {
  const std::string text =
      "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata:\n  name: a\nspec:\n  static:\n    hosts:\n"
      "    - addr: x\n      port: 0\n    - addr: y\n      port: 1\n";
  std::ofstream(file) << text;
  const auto objects = config::parse_documents(text, file).objects;
  ASSERT_EQ(objects.size(), 1u);
  auto second = problem("a", Severity::kError, "second");
  second.field = "/spec/static/hosts/1/addr";
  auto first = problem("a", Severity::kError, "first");
  first.field = "/spec/static/hosts/0/port";
  auto known = problem("a", Severity::kError, "known");
  known.where = {file, 1, 1};

  const auto reports = make_reports(objects, {second, first, known});
  const auto& all = reports.at(0).diagnostics;
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].message, "known");
  EXPECT_EQ(all[1].where, (model::SourceLocation{file, 9, 7}));
  EXPECT_EQ(all[2].where.line, 10u);

  model::Diagnostics only{first};
  locate_all(objects, only);
  EXPECT_EQ(only[0].where.line, 9u);
}

TEST(Reports, ChangesTellWhatIsNewAndWhatIsGone) {
  Reports reports;
  const model::ObjectRef a{"Upstream", "default", "a"};
  const auto first = reports.update({{a, object("a"), {}}, {{"Upstream", "default", "b"}, object("b"), {}}});
  EXPECT_EQ(first.reports.size(), 2u);
  const auto same = reports.update({{a, object("a"), {}}});
  EXPECT_TRUE(same.reports.empty());
  const auto bad = reports.update({{a, object("a"), {{.object = a, .message = "m"}}}});
  ASSERT_EQ(bad.reports.size(), 1u);
  EXPECT_EQ(bad.reports[0].state, model::State::kRejected);
  const auto gone = reports.update({{a, nullptr, {}}});
  EXPECT_EQ(gone.gone, std::vector<model::ObjectRef>{a});
  EXPECT_EQ(reports.all().size(), 1u);
}

}  // namespace
}  // namespace solder::report::reports_test

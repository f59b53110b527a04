#include "cli/status_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::cli::status_table_test {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

Json reports() {
  return Json::parse(R"([
    {"kind":"Upstream","namespace":"a","name":"pets","state":"Accepted","errors":[],"warnings":[]},
    {"kind":"VirtualService","namespace":"b","name":"pets","state":"Rejected","errors":["one","two"],"warnings":["three"]}])");
}

TEST(StatusTableTest, FirstProblemAndHowManyMore) {
  EXPECT_EQ(
      "KIND            NAMESPACE  NAME  STATE     PROBLEMS\n"
      "Upstream        a          pets  Accepted\n"
      "VirtualService  b          pets  Rejected  one (and 2 more)\n",
      status_table(reports(), false));
}

TEST(StatusTableTest, WideHasEveryProblem) {
  const std::string text = status_table(reports(), true);
  for (const char* problem : {"  one\n", "  two\n", "  three\n"}) EXPECT_THAT(text, HasSubstr(problem));
}

TEST(StatusTableTest, KindsAndNamesSelect) {
  EXPECT_EQ(1u, selected(reports(), {"upstream", ""}).size());
  EXPECT_EQ(1u, selected(reports(), {"VirtualServices", ""}).size());
  EXPECT_EQ(2u, selected(reports(), {"", "pets"}).size());
  EXPECT_EQ(1u, selected(reports(), {"", "b/pets"}).size());
  EXPECT_EQ(0u, selected(reports(), {"upstream", "b/pets"}).size());
  EXPECT_EQ("No objects.\n", status_table(Json::array(), false));
}

TEST(StatusTableTest, StatusFilesAreReportsToo) {
  const Json report = report_of_status_file(
      Json::parse(R"({"object":{"kind":"Upstream","namespace":"a","name":"pets"},"state":"Rejected",
      "problems":[{"severity":"error","reason":"UnknownField","field":"spec.x","message":"no such field","file":"a.yaml","line":3}]})"));
  EXPECT_EQ("Rejected", report["state"]);
  EXPECT_EQ("a.yaml:3: error: spec.x: no such field", report["errors"][0]);
}

}  // namespace
}  // namespace solder::cli::status_table_test

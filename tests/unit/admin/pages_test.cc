// What the pages say.
#include "core/admin/pages.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace solder::admin::pages_test {
namespace {

constexpr auto kReports = R"([
  {"kind":"Upstream","namespace":"default","name":"a","state":"Accepted"},
  {"kind":"Upstream","namespace":"other","name":"a","state":"Rejected"},
  {"kind":"VirtualService","namespace":"default","name":"b","state":"Warning"}])";

std::string names(const std::string& reports, const std::map<std::string, std::string>& filters) {
  std::string out;
  for (const auto& report : nlohmann::json::parse(filter_reports(reports, filters))) {
    out += report["namespace"].get<std::string>() + "/" + report["name"].get<std::string>() + " ";
  }
  return out;
}

TEST(Pages, ReportsAreFilteredByEveryKeyThatIsGiven) {
  EXPECT_EQ(names(kReports, {}), "default/a other/a default/b ");
  EXPECT_EQ(names(kReports, {{"kind", "Upstream"}}), "default/a other/a ");
  EXPECT_EQ(names(kReports, {{"kind", "Upstream"}, {"namespace", "other"}}), "other/a ");
  EXPECT_EQ(names(kReports, {{"state", "Warning"}, {"name", "b"}}), "default/b ");
  EXPECT_EQ(names(kReports, {{"state", "Warning"}, {"name", "a"}}), "");
}

TEST(Pages, ReportsMayStandInAnObject) {
  const auto status = nlohmann::json::parse(
      filter_reports(std::string(R"({"ready":true,"reports":)") + kReports + "}", {{"state", "Rejected"}}));
  EXPECT_EQ(status["ready"], true);
  ASSERT_EQ(status["reports"].size(), 1u);
  EXPECT_EQ(status["reports"][0]["namespace"], "other");
}

TEST(Pages, TheIndexCountsStates) {
  const auto page = index_page(kReports, "", true);
  EXPECT_NE(page.find("Rejected</a></td><td>1</td>"), std::string::npos) << page;
  EXPECT_NE(page.find("Ready."), std::string::npos);
  EXPECT_NE(page.find("/plugins"), std::string::npos);
  EXPECT_EQ(index_page(kReports, "", false).find("/plugins"), std::string::npos);
  EXPECT_NE(index_page("not json", "<script>", false).find("Not ready: &lt;script&gt;"), std::string::npos);
}

TEST(Pages, ErrorsAreJson) { EXPECT_EQ(error_json("no \"x\""), "{\"error\":\"no \\\"x\\\"\"}\n"); }

}  // namespace
}  // namespace solder::admin::pages_test

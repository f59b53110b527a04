// Verdicts on changes before they are stored: by a real translation of a small world, which stays as it was.
#include "cli/admission.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "cli/offline.h"
#include "core/config/documents.h"
#include "core/report/reporter.h"

namespace solder::cli::admission_test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kUpstream =
    "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: one, namespace: gloo-system}\n"
    "spec: {static: {hosts: [{addr: 127.0.0.1, port: 1}]}}\n---\n";

std::string settings(const std::string& validation) {
  return "apiVersion: gloo.solo.io/v1\nkind: Settings\nmetadata: {name: default, namespace: gloo-system}\n"
         "spec: {gateway: {validation: " +
         validation + "}}\n---\n";
}

constexpr const char* kBroken = "      directResponseAction: {status: 200}\n";  // a second action

std::string service(const std::string& name, const std::string& domain, const std::string& more = "") {
  return "apiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata: {name: " + name +
         ", namespace: gloo-system}\nspec:\n  virtualHost:\n    domains: ['" + domain +
         "']\n    routes:\n    - matchers: [{prefix: /}]\n" + more +
         "      routeAction: {single: {upstream: {name: one, namespace: gloo-system}}}\n---\n";
}

class AdmissionTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory); }
  void TearDown() override { std::filesystem::remove_all(directory); }
  void start(const std::string& world) {
    std::ofstream(directory / "world.yaml") << world;
    auto run = run_offline({{directory / "world.yaml"}, {SOLDER_SHIPPED_PLUGINS}, ""});
    ASSERT_TRUE(run.ok()) << run.status().message();
    offline = std::move(*run);
    reports.update(offline->output.changes);
  }
  static admission::Review review(const std::string& yaml, bool gone = false, bool dry_run = false) {
    admission::Review out;
    out.uid = "u";
    out.dry_run = dry_run;
    for (auto& object : config::parse_documents(yaml, "a.yaml").objects)
      out.changes.push_back({object->ref, gone ? nullptr : object});
    return out;
  }
  admission::Verdict judge(const admission::Review& asked) {
    return admission.judge(asked, *offline->engine, reports.all(), now);
  }

  const std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("solder-verdict-" + std::to_string(::getpid()));
  std::unique_ptr<Offline> offline;
  report::Reports reports;
  Admission admission;
  Admission::Clock::time_point now{std::chrono::hours(1)};
};

TEST_F(AdmissionTest, AMistakeIsRefusedAndLeavesNoTrace) {
  start(settings("{alwaysAccept: false}") + kUpstream + service("vs", "a.test"));
  const auto before = offline->engine->diagnostics();
  const auto no = judge(review(service("vs", "a.test", kBroken)));
  EXPECT_FALSE(no.allowed);
  EXPECT_THAT(no.message, HasSubstr("VirtualService gloo-system/vs"));
  EXPECT_EQ(offline->engine->diagnostics(), before);
  EXPECT_THAT(offline->engine->translate().changes, IsEmpty());
  EXPECT_TRUE(judge(review(service("vs", "b.test"))).allowed);
}

TEST_F(AdmissionTest, WhatIsWrongAlreadyIsNoReasonForOthers) {
  start(settings("{alwaysAccept: false}") + kUpstream + service("bad", "bad.test", kBroken));
  EXPECT_TRUE(judge(review(service("vs", "a.test"))).allowed);
  EXPECT_FALSE(judge(review(service("bad", "bad.test", kBroken))).allowed) << "the same mistake again";
  EXPECT_TRUE(judge(review(service("bad", "bad.test", kBroken), true)).allowed) << "taking it away is fine";
}

TEST_F(AdmissionTest, WarningsCountWhereSettingsSaySo) {
  const std::string world = kUpstream + service("vs", "a.test");
  start(settings("{alwaysAccept: false}") + world);
  const auto yes = judge(review(kUpstream, true));
  EXPECT_TRUE(yes.allowed);
  EXPECT_THAT(yes.warnings, ElementsAre(HasSubstr("VirtualService gloo-system/vs")));
  start(settings("{alwaysAccept: false, allowWarnings: false}") + world);
  admission = {};
  const auto no = judge(review(kUpstream, true));
  EXPECT_FALSE(no.allowed);
  EXPECT_THAT(no.message, HasSubstr("VirtualService gloo-system/vs"));
}

TEST_F(AdmissionTest, WithGloosDefaultsAllIsLetInWithAWarning) {
  start(std::string(kUpstream));
  const auto yes = judge(review(service("vs", "a.test", kBroken)));
  EXPECT_TRUE(yes.allowed);
  EXPECT_FALSE(yes.warnings.empty());
}

TEST_F(AdmissionTest, WhatWasLetInAMomentAgoCounts) {
  start(settings("{alwaysAccept: false}") + kUpstream);
  EXPECT_TRUE(judge(review(service("tried", "a.test"), false, true)).allowed);
  EXPECT_TRUE(judge(review(service("first", "a.test"))).allowed) << "a dry run is no change";
  EXPECT_FALSE(judge(review(service("second", "a.test"))).allowed);
  now += milliseconds(1500);
  EXPECT_TRUE(judge(review(service("second", "a.test"))).allowed) << "the first was not stored after all";
}

TEST_F(AdmissionTest, AListIsJudgedAsAWhole) {
  start(settings("{alwaysAccept: false, allowWarnings: false}") + "---\n");
  EXPECT_FALSE(judge(review(service("vs", "a.test"))).allowed) << "its upstream is not there";
  EXPECT_TRUE(judge(review(kUpstream + service("vs", "a.test"))).allowed);
}

}  // namespace
}  // namespace solder::cli::admission_test

// What other plugins would change is told in words that a person can use, and without secrets.
#include "cli/plugin_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/snapshots.h"

namespace solder::cli::plugin_trial_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

model::Diagnostic problem(const std::string& field, model::Severity severity = model::Severity::kError) {
  return {.severity = severity,
          .reason = "Wrong",
          .object = {"VirtualService", "ns", "vs"},
          .field = field,
          .message = "is wrong"};
}

TEST(PluginTrial, OnlyErrorsThatAreNewCount) {
  const model::ObjectRef ref{"VirtualService", "ns", "vs"};
  model::ObjectReport before;
  before.object = ref;
  before.diagnostics = {problem("/a")};
  const std::map<model::ObjectRef, model::ObjectReport> reports{{ref, before}};
  EXPECT_THAT(new_errors(reports, {{ref, nullptr, {problem("/a")}}}), IsEmpty());
  EXPECT_THAT(new_errors(reports, {{ref, nullptr, {problem("/b", model::Severity::kWarning)}}}), IsEmpty());
  EXPECT_THAT(new_errors(reports, {{ref, nullptr, {problem("/a"), problem("/b")}}}),
              ElementsAre(HasSubstr("is wrong")));
  EXPECT_THAT(new_errors({}, {{ref, nullptr, {problem("/a")}}}), SizeIs(1));
}

TEST(PluginTrial, ALostRouteIsToldWithItsCause) {
  const model::ObjectRef ref{"VirtualService", "ns", "vs"};
  auto lost = problem("/routes/0", model::Severity::kWarning),
       cause = problem("/routes/0/options/x", model::Severity::kWarning);
  lost.reason = "RouteLeftOut";
  cause.message = "x.py:3: NameError";
  EXPECT_THAT(new_errors({}, {{ref, nullptr, {problem("/else", model::Severity::kWarning), lost, cause}}}),
              ElementsAre(HasSubstr("[RouteLeftOut], because x.py:3: NameError [Wrong]")));
}

TEST(PluginTrial, ADifferenceNamesResourceFieldAndBothValues) {
  const services::MessageTypes types;
  Snapshots old(types), now(types);
  old.add(xds::ResourceType::kCluster, "name", R"({"name":"a","connectTimeout":"5s"})");
  old.add(xds::ResourceType::kCluster, "name", R"({"name":"gone"})");
  now.add(xds::ResourceType::kCluster, "name", R"({"name":"a","connectTimeout":"7s","altStatName":"x"})");
  now.add(xds::ResourceType::kCluster, "name", R"({"name":"new"})");
  const auto diff = diff_snapshots(types, {{"role", old.snapshot()}}, {{"role", now.snapshot()}});
  EXPECT_THAT(diff.lines, ::testing::UnorderedElementsAre("clusters a: /connectTimeout: 5s → 7s",
                                                          "clusters a: /altStatName: new: x", "clusters gone: is gone",
                                                          "clusters new: is new"));
  EXPECT_THAT(diff.resources, ElementsAre("clusters a", "clusters gone", "clusters new"));
  EXPECT_THAT(diff_snapshots(types, {{"role", old.snapshot()}}, {{"role", old.snapshot()}}).lines, IsEmpty());
}

TEST(PluginTrial, ASecretIsNotTold) {
  const services::MessageTypes types;
  Snapshots old(types), now(types);
  const auto secret = [](const std::string& value) {
    return R"({"name":"s","genericSecret":{"secret":{"inlineString":")" + value + R"("}}})";
  };
  old.add(xds::ResourceType::kSecret, "name", secret("hunter2"));
  now.add(xds::ResourceType::kSecret, "name", secret("hunter3"));
  const auto diff = diff_snapshots(types, {{"role", old.snapshot()}}, {{"role", now.snapshot()}});
  EXPECT_THAT(diff.lines, ElementsAre("secrets s: is another one"));
}

// A filter that holds the value of a Secret says what may be printed in its place.
TEST(PluginTrial, AResourceThatHoldsASecretIsToldAsItMayBeShown) {
  const services::MessageTypes types;
  const auto world = [&](const std::string& name, const std::string& value) {
    const auto wire = [&](const std::string& shown) {
      const std::string json =
          R"({"name":"f","typedConfig":{"@type":"type.googleapis.com/google.protobuf.StringValue",)"
          R"("value":")" +
          name + shown + R"("}})";
      const auto* type = types.find(xds::type_url(xds::ResourceType::kExtensionConfig));
      return base::Bytes(types.json_to_wire(*type, json)->bytes);
    };
    auto snapshot = std::make_shared<xds::Snapshot>();
    snapshot->types[static_cast<size_t>(xds::ResourceType::kExtensionConfig)] =
        xds::ResourceSet({xds::make_secret_resource("f", wire(value), wire("[redacted]"))});
    return xds::SnapshotsByRole{{"role", snapshot}};
  };
  const auto diff = diff_snapshots(types, world("old-", "hunter2"), world("new-", "hunter3"));
  EXPECT_THAT(diff.lines, ElementsAre("extensionConfigs f: /typedConfig/value: old-[redacted] → new-[redacted]"));
  EXPECT_THAT(diff_snapshots(types, world("old-", "hunter2"), world("old-", "hunter3")).lines,
              ElementsAre("extensionConfigs f: is another one"));
}

}  // namespace
}  // namespace solder::cli::plugin_trial_test

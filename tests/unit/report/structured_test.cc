// Reports by their parts: JSON for tools, YAML for status files.
#include <gtest/gtest.h>
#include <yaml.h>

#include <nlohmann/json.hpp>

#include "core/report/reporter.h"

namespace solder::report::structured_test {
namespace {

model::ObjectReport example() {
  model::ObjectReport report;
  report.object = {"VirtualService", "default", "petstore"};
  report.state = model::State::kRejected;
  report.hash = 0xabc;
  report.diagnostics = {{.severity = model::Severity::kError,
                         .reason = "UnknownField",
                         .object = report.object,
                         .field = "/spec/timeot",
                         .message = "there is no such field",
                         .expected = "timeout",
                         .plugin = "routing",
                         .where = {"vs.yaml", 3, 5}},
                        {.severity = model::Severity::kWarning,
                         .reason = "MissingUpstream",
                         .object = report.object,
                         .message = "it is not there",
                         .related = {"Upstream", "default", "pets"}},
                        {.severity = model::Severity::kInfo, .object = report.object, .message = "by the way"}};
  return report;
}

TEST(Json, HasGloosKeysAndTheDetails) {
  const auto json = nlohmann::json::parse(to_json(example()));
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "kind": "VirtualService", "namespace": "default", "name": "petstore", "state": "Rejected",
    "errors": ["vs.yaml:3:5: error: spec.timeot: there is no such field (expected timeout) [UnknownField]"],
    "warnings": ["warning: it is not there [MissingUpstream]"],
    "details": [
      {"severity": "error", "reason": "UnknownField", "field": "spec.timeot", "message": "there is no such field",
       "expected": "timeout", "file": "vs.yaml", "line": 3, "column": 5, "plugin": "routing"},
      {"severity": "warning", "reason": "MissingUpstream", "message": "it is not there",
       "related": {"kind": "Upstream", "namespace": "default", "name": "pets"}},
      {"severity": "info", "message": "by the way"}]})"));
}

TEST(Json, OfAnAcceptedObjectHasEmptyLists) {
  const auto json = nlohmann::json::parse(to_json({.object = {"Upstream", "default", "a"}}));
  EXPECT_EQ(json["state"], "Accepted");
  EXPECT_EQ(json["errors"], nlohmann::json::array());
  EXPECT_EQ(json["warnings"], nlohmann::json::array());
}

TEST(Json, SurvivesTextThatIsNoUtf8) {
  auto report = example();
  report.diagnostics[0].found = "\xff";
  EXPECT_FALSE(nlohmann::json::parse(to_json(report), nullptr, false).is_discarded());
}

TEST(Yaml, IsWhatAStatusFileHolds) {
  auto report = example();
  report.diagnostics.pop_back();
  EXPECT_EQ(to_yaml(report), R"(apiVersion: "solder.io/v1"
kind: "Status"
object:
  kind: "VirtualService"
  namespace: "default"
  name: "petstore"
objectHash: "0000000000000abc"
reportedBy: "solder"
state: "Rejected"
problems:
  - severity: "error"
    reason: "UnknownField"
    field: "spec.timeot"
    message: "there is no such field"
    expected: "timeout"
    file: "vs.yaml"
    line: 3
    column: 5
    plugin: "routing"
  - severity: "warning"
    reason: "MissingUpstream"
    message: "it is not there"
    related:
      kind: "Upstream"
      namespace: "default"
      name: "pets"
)");
}

bool parses(const std::string& text) {
  yaml_parser_t parser;
  yaml_document_t document;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  const bool ok = yaml_parser_load(&parser, &document) == 1;
  if (ok) yaml_document_delete(&document);
  yaml_parser_delete(&parser);
  return ok;
}

TEST(Yaml, IsYamlWhateverUsersWrote) {
  auto report = example();
  for (const std::string text : {"no", "a: b # c", "\x7f", "\xc2\x9b", "\xef\xbb\xbf", "\xef\xbf\xbe",
                                 "\xf0\x9f\x98\x80", "\x01\x1b", "\"\\", "two\nlines", "\xff"}) {
    report.diagnostics[0].found = text;
    EXPECT_TRUE(parses(to_yaml(report))) << to_yaml(report);
  }
}

}  // namespace
}  // namespace solder::report::structured_test

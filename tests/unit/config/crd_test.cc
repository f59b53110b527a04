// What a schema becomes in a CustomResourceDefinition, and what the claimed keys of a plugin do to one. The rules of
// structural schemas are checked over all shipped plugins by tests/unit/cli/crds_test.py.
#include "core/config/crd.h"

#include <gtest/gtest.h>

#include "core/config/decode.h"
#include "core/config/schema.h"
#include "core/config/structural_schema.h"

namespace solder::config {
namespace {

using nlohmann::json;

std::string structural(const char* schema, size_t budget = 100) {
  const auto compiled = compile_schema(json::parse(schema));
  return compiled.ok() ? structural_schema(**compiled, true, budget).dump() : compiled.status().message();
}

TEST(StructuralSchema, OfScalars) {
  EXPECT_EQ(structural(R"({"type":"integer","format":"uint32","maximum":9})"),
            R"({"type":"integer","minimum":0,"maximum":9,"nullable":true})");
  EXPECT_EQ(structural(R"({"type":"integer","format":"int64"})"),
            R"({"x-kubernetes-int-or-string":true,"nullable":true})");
  EXPECT_EQ(structural(R"({"type":"string","enum":["A","B"]})"),
            R"({"x-kubernetes-int-or-string":true,"enum":["A","B",0,1,null],"nullable":true})");
  EXPECT_EQ(structural(R"({"type":"string","format":"duration","description":"Wait."})"),
            R"({"description":"Wait.","type":"string","nullable":true})");
  EXPECT_EQ(structural("{}"), R"({"x-kubernetes-preserve-unknown-fields":true})");
}

TEST(StructuralSchema, OfMapsThatAreFree) {
  EXPECT_EQ(structural(R"({"type":"object","additionalProperties":{"type":"boolean"}})"),
            R"({"type":"object","additionalProperties":{"type":"boolean","nullable":true},"nullable":true})");
  // Kubernetes takes no additionalProperties beside properties.
  EXPECT_EQ(
      structural(
          R"({"type":"object","properties":{"a":{"type":"boolean"}},"additionalProperties":{"type":"boolean"}})"),
      R"({"type":"object","properties":{"a":{"type":"boolean","nullable":true}},"x-kubernetes-preserve-unknown-fields":true,"nullable":true})");
}

TEST(StructuralSchema, OfFieldsThatExcludeEachOther) {
  const char* text = R"({"type":"object","properties":{"a":{},"b":{}},"x-solder-oneof":[["a","b"]]})";
  EXPECT_NE(
      structural(text).find(
          R"("oneOf":[{"required":["a"]},{"required":["b"]},{"not":{"anyOf":[{"required":["a"]},{"required":["b"]}]}}])"),
      std::string::npos)
      << structural(text);
}

TEST(StructuralSchema, LeavesOpenWhatIsBeyondItsBudget) {
  // 2^20 places, were each written out.
  json definitions;
  for (int i = 0; i < 20; ++i) {
    const std::string next = "#/$defs/d" + std::to_string(i + 1);
    definitions["d" + std::to_string(i)] = {{"type", "object"},
                                            {"properties", {{"a", {{"$ref", next}}}, {"b", {{"$ref", next}}}}}};
  }
  definitions["d20"] = {{"type", "string"}};
  const json schema = {{"type", "object"}, {"properties", {{"x", {{"$ref", "#/$defs/d0"}}}}}, {"$defs", definitions}};
  const std::string text = structural(schema.dump().c_str());
  EXPECT_LT(text.size(), 100'000u);
  EXPECT_NE(text.find("preserve-unknown-fields"), std::string::npos);
}

TEST(ClaimedKeys, DescribeAFieldOfWhichTheSchemaSaysNothing) {
  const json core = json::parse(
      R"({"type":"object","x-solder-scope":"s","properties":{"free":{"type":"object","additionalProperties":true},"own":{"type":"object","properties":{"a":{}}}}})");
  const auto claim = compile_schema(json::parse(R"({"type":"object","properties":{"count":{"type":"integer"}}})"));
  ASSERT_TRUE(claim.ok());
  const auto schema = compile_schema(core, {{"s", {{"free", *claim}, {"own", *claim}}}});
  ASSERT_TRUE(schema.ok());
  EXPECT_TRUE((*schema)->properties.at("free")->properties.contains("count"));
  EXPECT_FALSE((*schema)->properties.at("own")->properties.contains("count"));
}

TEST(ClaimedKeys, OfServicesStandInTheSchemasOfUpstreamTypes) {
  const std::string type =
      R"({"type":"object","properties":{"serviceSpec":{"type":"object","x-solder-scope":"service","properties":{"rest":{"type":"object","additionalProperties":true}}}}})";
  const auto catalog = SchemaCatalog::make(
      {{"one", "upstream_type", "static", type},
       {"two", "service", "rest", R"({"type":"object","properties":{"names":{"type":"object"}}})"}});
  ASSERT_TRUE(catalog.ok());
  model::Object object;
  object.ref = {"Upstream", "n", "u"};
  object.json = R"({"spec":{"static":{"serviceSpec":{"rest":{"name":{}}}}}})";
  const auto decoded = decode_upstream(object, **catalog);
  ASSERT_EQ(decoded.diagnostics.size(), 1u);
  EXPECT_EQ(decoded.diagnostics[0].field, "/spec/static/serviceSpec/rest/name");
}

TEST(Crds, HoldTheKeysOfPlugins) {
  const auto catalog = SchemaCatalog::make({{"wait", "route", "wait", R"({"type":"boolean"})"}});
  ASSERT_TRUE(catalog.ok());
  const auto definitions = custom_resource_definitions(**catalog, true);
  ASSERT_EQ(definitions.size(), 12u);  // without a plugin that reads RateLimitConfigs or AuthConfigs
  EXPECT_NE(definitions.back().dump().find(R"("wait":{"type":"boolean","nullable":true})"), std::string::npos);
}

TEST(EnvoyTarget, IsATextOrTexts) {
  EXPECT_EQ(structural(R"({"x-solder-envoy":"Route.name","type":"boolean"})"), R"({"type":"boolean","nullable":true})");
  EXPECT_EQ(structural(R"({"x-solder-envoy":["a","b"],"type":"boolean"})"), R"({"type":"boolean","nullable":true})");
  EXPECT_EQ(structural(R"({"x-solder-envoy":7})"), "the value of \"x-solder-envoy\" is of the wrong type");
}

}  // namespace
}  // namespace solder::config

// Manifests: what is read, and that every problem is named with its place.
#include "core/host/manifest.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace solder::host {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

json right() {
  return json::parse(R"({
    "manifest_version": 1, "name": "routing", "version": "1.20.3-rc.1", "summary": "Timeouts",
    "abi": {"major": 1, "minor": 0},
    "provides": [
      {"id": "solder.options/1", "claims": [{"scope": "route", "key": "timeout", "schema": {"type": "string"}},
                                            {"scope": "virtual_host", "key": "timeout", "schema": true}]},
      {"id": "solder.upstream-type/1", "claims": [{"key": "static", "schema": {}}]},
      {"id": "solder.discovery/1"},
      {"id": "com.example.new/12"}],
    "kinds": [{"kind": "Service", "api_version": "v1", "schema": {"type": "object"}, "index": ["", "/metadata/labels/a~1b"],
               "derive": true},
              {"kind": "Pod", "api_version": "v1", "schema": true, "status": true}],
    "needs": ["solder.typed/1"], "filters": [{"name": "envoy.filters.http.cors", "stage": "cors"}],
    "isolation": "process", "unload": "allowed"})");
}

std::vector<std::string> problems(const json& manifest) { return parse_manifest(manifest.dump()).problems; }

// The problems of the right manifest with one value changed.
std::vector<std::string> problems_with(const char* pointer, const json& value) {
  json manifest = right();
  manifest[json::json_pointer(pointer)] = value;
  return problems(manifest);
}

TEST(Manifest, Whole) {
  const ManifestResult result = parse_manifest(right().dump());
  ASSERT_THAT(result.problems, IsEmpty());
  const Manifest& manifest = result.manifest;
  EXPECT_EQ(manifest.name, "routing");
  EXPECT_EQ(manifest.version, "1.20.3-rc.1");
  EXPECT_EQ(manifest.summary, "Timeouts");
  EXPECT_EQ(manifest.abi_major, 1u);
  EXPECT_EQ(manifest.abi_minor, 0u);
  ASSERT_EQ(manifest.provides.size(), 4u);
  EXPECT_EQ(manifest.provides[0].id, "solder.options/1");
  ASSERT_EQ(manifest.provides[0].claims.size(), 2u);
  EXPECT_EQ(manifest.provides[0].claims[0].scope, "route");
  EXPECT_EQ(manifest.provides[0].claims[0].key, "timeout");
  EXPECT_EQ(manifest.provides[0].claims[0].schema_json, R"({"type":"string"})");
  EXPECT_EQ(manifest.provides[0].claims[1].schema_json, "true");
  EXPECT_EQ(manifest.provides[1].claims[0].scope, "upstream_type");
  EXPECT_THAT(manifest.needs, ElementsAre("solder.typed/1"));
  EXPECT_THAT(manifest.filters, ElementsAre(Pair("envoy.filters.http.cors", "cors")));
  ASSERT_EQ(manifest.kinds.size(), 2u);
  EXPECT_EQ(manifest.kinds[0].kind, "Service");
  EXPECT_EQ(manifest.kinds[0].api_version, "v1");
  EXPECT_EQ(manifest.kinds[0].schema_json, R"({"type":"object"})");
  EXPECT_THAT(manifest.kinds[0].index, ElementsAre("", "/metadata/labels/a~1b"));
  EXPECT_TRUE(manifest.kinds[0].derive);
  EXPECT_THAT(manifest.kinds[1].index, IsEmpty());
  EXPECT_FALSE(manifest.kinds[1].derive);
  EXPECT_FALSE(manifest.kinds[0].status);
  EXPECT_TRUE(manifest.kinds[1].status);
  EXPECT_FALSE(manifest.in_process);
  EXPECT_TRUE(manifest.unload_allowed);
}

// What routes say to an upstream type is a claim of its own.
TEST(Manifest, DestinationOfAnUpstreamType) {
  json manifest = right();
  json& claim = manifest["provides"][1]["claims"][0];
  claim["destination"] = {{"type", "object"}};
  const ManifestResult result = parse_manifest(manifest.dump());
  ASSERT_THAT(result.problems, IsEmpty());
  const auto& claims = result.manifest.provides[1].claims;
  ASSERT_EQ(claims.size(), right()["provides"][1]["claims"].size() + 1);
  EXPECT_EQ(claims[0].scope, "destination");
  EXPECT_EQ(claims[0].key, claims[1].key);
  EXPECT_EQ(claims[0].schema_json, R"({"type":"object"})");
  claim["destination"] = "anything";
  EXPECT_THAT(problems(manifest), ElementsAre(HasSubstr("/provides/1/claims/0/destination must be a JSON Schema")));
}

// A key of serviceSpec is no type of upstreams.
TEST(Manifest, AServiceOfUpstreamsOfAnyType) {
  json manifest = right();
  manifest["provides"][1]["claims"][0]["service"] = true;
  const ManifestResult result = parse_manifest(manifest.dump());
  ASSERT_THAT(result.problems, IsEmpty());
  EXPECT_EQ(result.manifest.provides[1].claims[0].scope, "service");
  manifest["provides"][1]["claims"][0]["service"] = "yes";
  EXPECT_THAT(problems(manifest), ElementsAre(HasSubstr("/provides/1/claims/0/service must be true or false")));
}

TEST(Manifest, KindsThatCannotBeRead) {
  EXPECT_THAT(problems_with("/kinds/0/kind", "Secret"),
              ElementsAre("/kinds/0/kind is Secret, whose values do not reach plugins"));
  EXPECT_THAT(problems_with("/kinds/1/kind", "Service"), ElementsAre("/kinds/1/kind is listed twice: Service"));
  EXPECT_THAT(problems_with("/kinds/1/kind", "a b"), ElementsAre(HasSubstr("/kinds/1/kind is no kind")));
  EXPECT_THAT(problems_with("/kinds/1/schema", 1), ElementsAre(HasSubstr("/kinds/1/schema must be a JSON Schema")));
  EXPECT_THAT(problems_with("/kinds/1/index", json::array({"metadata"})),
              ElementsAre(HasSubstr("/kinds/1/index/0 must be a JSON pointer")));
  EXPECT_THAT(problems_with("/kinds/1/derive", "yes"),
              ElementsAre("/kinds/1/derive must be true or false, found string"));
  EXPECT_THAT(problems_with("/kinds/1/status", 1), ElementsAre("/kinds/1/status must be true or false, found number"));
  EXPECT_THAT(problems_with("/kinds/1/watch", true), ElementsAre(HasSubstr("/kinds/1/watch is unknown")));
  EXPECT_THAT(problems_with("/kinds/1", 1), ElementsAre(HasSubstr("/kinds/1 must be an object")));
  EXPECT_THAT(problems_with("/provides/2/id", "com.example.other/1"),
              ElementsAre("/kinds/0/derive needs the capability solder.discovery/1 among provides"));
}

TEST(Manifest, Least) {
  json manifest = right();
  for (const char* optional : {"summary", "needs", "filters", "isolation", "unload"}) manifest.erase(optional);
  const ManifestResult result = parse_manifest(manifest.dump());
  EXPECT_THAT(result.problems, IsEmpty());
  EXPECT_TRUE(result.manifest.in_process);
  EXPECT_FALSE(result.manifest.unload_allowed) << "only who asks for it is unmapped";
}

TEST(Manifest, EveryProblemAtOnce) {
  const auto all = parse_manifest(R"({"manifest_version": 3, "name": "Up", "version": 1, "abi": {"major": 1},
      "provides": [{"id": "x", "claim": []}], "unload": "maybe"})")
                       .problems;
  EXPECT_THAT(all, ElementsAre(HasSubstr("/name is \"Up\""), HasSubstr("/manifest_version is 3"),
                               "/version must be a string, found number", "/abi/minor is missing",
                               HasSubstr("/provides/0/claim is unknown; known are id, claims"),
                               HasSubstr("/provides/0/id is \"x\""), "/unload is \"maybe\"; right are allowed, never"));
}

TEST(Manifest, Members) {
  for (const char* required : {"manifest_version", "name", "version", "abi", "provides"}) {
    json manifest = right();
    manifest.erase(required);
    EXPECT_THAT(problems(manifest), ElementsAre("/" + std::string(required) + " is missing"));
  }
  for (const char* name : {"", "A", "9a", "a b", "../a", "a/b"})
    EXPECT_FALSE(problems_with("/name", name).empty() && *name != 0) << name;
  for (const char* version : {"1", "1.0", "1.0.", "1.0.0.0", "v1.0.0", "1.0.0 x", "1.0.99999999999"}) {
    EXPECT_THAT(problems_with("/version", version), ElementsAre(HasSubstr("/version is"))) << version;
  }
  EXPECT_THAT(problems_with("/abi/major", -1), ElementsAre(HasSubstr("/abi/major must be a whole number")));
  EXPECT_THAT(problems_with("/abi/minor", 1ull << 40), ElementsAre(HasSubstr("/abi/minor is too large")));
  EXPECT_THAT(problems_with("/provides", json::array()), ElementsAre(HasSubstr("/provides is empty")));
  EXPECT_THAT(problems_with("/provides/0", 1), ElementsAre(HasSubstr("/provides/0 must be an object")));
  EXPECT_THAT(problems_with("/provides/2/id", "solder.options/1"),
              ElementsAre(HasSubstr("listed twice"), HasSubstr("/provides/2/claims is missing")));
  EXPECT_THAT(problems_with("/provides/0/claims", json::array()), ElementsAre(HasSubstr("is empty")));
  EXPECT_THAT(problems_with("/provides/0/claims/0/scope", "rout"),
              ElementsAre(HasSubstr("right are settings, gateway")));
  EXPECT_THAT(problems_with("/provides/0/claims/0/key", "a b"), ElementsAre(HasSubstr("is no key of an object")));
  EXPECT_THAT(problems_with("/provides/0/claims/0/schema", 5), ElementsAre(HasSubstr("must be a JSON Schema")));
  EXPECT_THAT(problems_with("/provides/0/claims/1/scope", "route"),
              ElementsAre(HasSubstr("claims route:timeout for the second time")));
  EXPECT_THAT(problems_with("/provides/1/claims/0/scope", "route"),
              ElementsAre(HasSubstr("/scope is unknown; known are key, schema")));
  EXPECT_THAT(problems_with("/needs/0", "typed"), ElementsAre(HasSubstr("/needs/0 must be the id of a host service")));
  EXPECT_THAT(problems_with("/filters/0/stage", "dinner"), ElementsAre(HasSubstr("right are fault, cors")));
  EXPECT_THAT(problems_with("/isolation", "none"), ElementsAre(HasSubstr("right are in_process, process")));
}

TEST(Manifest, NoJson) {
  for (const char* text : {"", "{", "nonsense", "{\"a\":1}x", "{\"name\":\"\xff\"}", "{\"a\":1,}"}) {
    EXPECT_THAT(parse_manifest(text).problems, ElementsAre(HasSubstr("is not JSON"))) << text;
  }
  EXPECT_THAT(parse_manifest("[]").problems, ElementsAre("the manifest must be a JSON object, found array"));
  EXPECT_THAT(parse_manifest(R"({"name":"a","name":"b"})").problems,
              ElementsAre(HasSubstr("holds the key \"name\" twice")));
}

TEST(Manifest, Bombs) {
  EXPECT_THAT(parse_manifest(std::string(100000, '[')).problems, ::testing::SizeIs(1));
  EXPECT_THAT(parse_manifest(std::string(100000, '[') + std::string(100000, ']')).problems,
              ElementsAre(HasSubstr("nested deeper")));
  EXPECT_THAT(parse_manifest(std::string(5u << 20, ' ')).problems, ElementsAre(HasSubstr("longer than 4 MB")));
}

TEST(Manifest, EndingsOfFilesThatItRuns) {
  json manifest = right();
  manifest["provides"].push_back(json::parse(R"({"id": "solder.plugin-files/1", "files": ["py", "star_lark"]})"));
  const ManifestResult result = parse_manifest(manifest.dump());
  EXPECT_THAT(result.problems, IsEmpty());
  EXPECT_THAT(result.manifest.files, ElementsAre("py", "star_lark"));
  const auto with = [&](const json& files) {
    manifest["provides"].back()["files"] = files;
    return problems(manifest);
  };
  EXPECT_THAT(with(json::array()), ElementsAre(HasSubstr("/provides/4/files is empty")));
  for (const json& wrong : {json("so"), json("sig"), json(".py"), json("a/b"), json(1), json("")}) {
    EXPECT_THAT(with(json::array({"py", wrong})),
                ElementsAre(HasSubstr("/provides/4/files/1 must be the end of files' names")));
  }
  manifest["provides"].back().erase("files");
  EXPECT_THAT(problems(manifest), ElementsAre("/provides/4/files is missing"));
  EXPECT_THAT(problems_with("/provides/0/files", json::array({"py"})),
              ElementsAre("/provides/0/files is for solder.plugin-files/1 alone"));
}

}  // namespace
}  // namespace solder::host

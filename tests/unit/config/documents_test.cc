// Text → objects: what is read, where it stands, and that a bad document never takes a good one with it.
#include "core/config/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/reading.h"

namespace solder::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Documents, AnObjectWithItsMetadata) {
  const auto out = parse_documents(
      "# a comment\n"
      "apiVersion: gloo.solo.io/v1\n"
      "kind: Upstream\n"
      "metadata:\n"
      "  name: petstore\n"
      "  namespace: gloo-system\n"
      "  labels: {app: pets}\n"
      "  annotations: {note: \"1\"}\n"
      "spec:\n"
      "  static: {hosts: [{addr: pets, port: 80}]}\n",
      "a.yaml");
  ASSERT_THAT(lines_of(out.problems), IsEmpty());
  ASSERT_THAT(names_of(out), ElementsAre("Upstream gloo-system/petstore"));
  const auto& object = *out.objects[0];
  EXPECT_EQ(object.api_version, "gloo.solo.io/v1");
  EXPECT_THAT(object.labels, ElementsAre(std::pair("app", "pets")));
  EXPECT_THAT(object.annotations, ElementsAre(std::pair("note", "1")));
  EXPECT_EQ(object.source.start, (model::SourceLocation{"a.yaml", 2, 1}));
  EXPECT_THAT(object.json, HasSubstr(R"("spec":{"static":{"hosts":[{"addr":"pets","port":80}]}})"));
}

TEST(Documents, WithoutANamespaceItIsInDefault) {
  EXPECT_THAT(names_of(parse_documents(service("a"), "a.yaml")), ElementsAre("VirtualService default/a"));
}

TEST(Documents, HashFollowsContentNotSpelling) {
  const auto hash = [](const std::string& text) { return parse_documents(text, "f.yaml").objects.at(0)->hash; };
  const auto block = hash(service("a", "  displayName: x\n"));
  EXPECT_EQ(block, hash("# moved\n{metadata: {name: a}, spec: {displayName: 'x'}, kind: VirtualService, apiVersion: "
                        "gateway.solo.io/v1}"));
  EXPECT_NE(block, hash(service("a", "  displayName: y\n")));
  EXPECT_NE(block, hash(service("b", "  displayName: x\n")));
}

TEST(Documents, ManyInAFileEmptyOnesSkipped) {
  const auto out = parse_documents(
      "---\n# only a comment\n---\n" + service("a") + "---\n\n---\n" + service("b") + "...\n", "f.yaml");
  EXPECT_THAT(lines_of(out.problems), IsEmpty());
  ASSERT_THAT(names_of(out), ElementsAre("VirtualService default/a", "VirtualService default/b"));
  EXPECT_EQ(out.objects[0]->source.start.line, 4u);
  EXPECT_EQ(out.objects[1]->source.start.line, 12u);
}

TEST(Documents, EmptyFilesAreNoProblem) {
  for (const char* text : {"", "\n", "# nothing yet\n", "---\n", "---\n---\n", "null\n"}) {
    const auto out = parse_documents(text, "f.yaml");
    EXPECT_THAT(lines_of(out.problems), IsEmpty()) << text;
    EXPECT_THAT(names_of(out), IsEmpty()) << text;
  }
  EXPECT_THAT(lines_of(parse_documents(" \n", "f.json").problems), IsEmpty());
}

TEST(Documents, ByteOrderMarkDirectiveAndWindowsLineEnds) {
  EXPECT_THAT(names_of(parse_documents("\xef\xbb\xbf" + service("a"), "f.yaml")),
              ElementsAre("VirtualService default/a"));
  const auto directive = parse_documents("%YAML 1.1\n# hello\n---\n" + service("a"), "f.yaml");
  EXPECT_THAT(lines_of(directive.problems), IsEmpty());
  EXPECT_THAT(names_of(directive), ElementsAre("VirtualService default/a"));
  const auto windows = parse_documents(
      "apiVersion: gateway.solo.io/v1\r\nkind: VirtualService\r\nmetadata:\r\n  name: a\r\n---\r\n" + service("b"),
      "f.yaml");
  EXPECT_THAT(names_of(windows), ElementsAre("VirtualService default/a", "VirtualService default/b"));
}

TEST(Documents, ASyntaxErrorLeavesItsNeighbours) {
  const auto out = parse_documents(service("a") + "---\nkind: [unclosed\nname: x\n---\n" + service("c"), "f.yaml");
  EXPECT_THAT(names_of(out), ElementsAre("VirtualService default/a", "VirtualService default/c"));
  ASSERT_EQ(out.problems.size(), 1u);
  EXPECT_EQ(out.problems[0].reason, "SyntaxError");
  EXPECT_EQ(out.problems[0].where.file, "f.yaml");
  EXPECT_THAT(out.problems[0].where.line, ::testing::AllOf(testing::Ge(7u), testing::Le(9u)));
}

TEST(Documents, TabsAsIndentationAreASyntaxErrorWithItsPlace) {
  const auto out = parse_documents("apiVersion: v1\nkind: Secret\nmetadata:\n\tname: a\n", "f.yaml");
  EXPECT_THAT(lines_of(out.problems), ElementsAre("SyntaxError File f.yaml - 4:1"));
}

TEST(Documents, DuplicateKeysNameBothLines) {
  const auto out = parse_documents(service("a", "  displayName: x\n  virtualHost: {}\n  displayName: y\n"), "f.yaml");
  EXPECT_THAT(names_of(out), IsEmpty());
  ASSERT_THAT(lines_of(out.problems), ElementsAre("DuplicateKey VirtualService default/a /spec/displayName 8:3"));
  EXPECT_THAT(out.problems[0].message, HasSubstr("first in line 6"));
}

TEST(Documents, AnchorsAliasesAndMergeKeys) {
  const auto out = parse_documents(service("a",
                                           "  x: &base {one: 1, two: 2}\n"
                                           "  y: {<<: *base, two: 3}\n"
                                           "  z: {<<: [*base, {three: 4}]}\n"
                                           "  w: *base\n"),
                                   "f.yaml");
  ASSERT_THAT(lines_of(out.problems), IsEmpty());
  EXPECT_THAT(out.objects[0]->json, HasSubstr(R"("w":{"one":1,"two":2},"x":{"one":1,"two":2},"y":{"one":1,"two":3},)"
                                              R"("z":{"one":1,"three":4,"two":2})"));
}

TEST(Documents, ListsAreTakenApart) {
  const auto out = parse_documents(
      "apiVersion: v1\nkind: List\nitems:\n"
      "- {apiVersion: gateway.solo.io/v1, kind: VirtualService, metadata: {name: a}}\n"
      "- {apiVersion: gateway.solo.io/v1, kind: VirtualService, metadata: {}}\n"
      "- {apiVersion: gateway.solo.io/v1, kind: VirtualService, metadata: {name: c}}\n",
      "f.yaml");
  ASSERT_THAT(names_of(out), ElementsAre("VirtualService default/a", "VirtualService default/c"));
  EXPECT_EQ(out.objects[1]->source.item, 2u);
  EXPECT_EQ(out.objects[1]->source.start, (model::SourceLocation{"f.yaml", 6, 3}));
  EXPECT_THAT(lines_of(out.problems), ElementsAre("MissingField File f.yaml /items/1/metadata/name 5:58"));
}

TEST(Documents, JsonFiles) {
  const auto out = parse_documents(
      "{\n  \"apiVersion\": \"v1\", \"kind\": \"Secret\",\n  \"metadata\": {\"name\": \"s\"},\n  \"data\": {}\n}\n",
      "s.json");
  EXPECT_THAT(lines_of(out.problems), IsEmpty());
  EXPECT_THAT(names_of(out), ElementsAre("Secret default/s"));
}

struct BadCase {
  const char* name;
  std::string file;
  std::string text;
  std::vector<std::string> problems;
};

class BadDocument : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadDocument, IsToldWithItsPlace) {
  const auto out = parse_documents(GetParam().text, GetParam().file);
  EXPECT_THAT(names_of(out), IsEmpty());
  EXPECT_EQ(lines_of(out.problems), GetParam().problems);
  for (const auto& problem : out.problems) EXPECT_FALSE(problem.message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadDocument,
    ::testing::Values(
        BadCase{"NoKindNoName",
                "f.yaml",
                "apiVersion: v1\nmetadata: {namespace: x}\n",
                {"MissingField File f.yaml /kind 1:1", "MissingField File f.yaml /metadata/name 2:1"}},
        BadCase{"NoApiVersion",
                "f.yaml",
                "kind: Secret\nmetadata: {name: x}\n",
                {"MissingField File f.yaml /apiVersion 1:1"}},
        BadCase{"NoMetadata", "f.yaml", "apiVersion: v1\nkind: Secret\n", {"MissingField File f.yaml /metadata 1:1"}},
        BadCase{"NameIsANumber",
                "f.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: 12\n",
                {"WrongType File f.yaml /metadata/name 4:3"}},
        BadCase{"NameWithASlash",
                "f.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a/b\n",
                {"InvalidName File f.yaml /metadata/name 4:3"}},
        BadCase{"EmptyName",
                "f.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ''\n",
                {"InvalidName File f.yaml /metadata/name 4:3"}},
        BadCase{"LabelIsANumber",
                "f.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  labels:\n    v: 1\n",
                {"WrongType Secret default/a /metadata/labels/v 6:5"}},
        BadCase{"WrongApiVersion",
                "f.yaml",
                "apiVersion: gloo.solo.io/v1\nkind: VirtualService\nmetadata: {name: a}\n",
                {"WrongApiVersion VirtualService default/a /apiVersion 1:1"}},
        BadCase{"NotAnObject", "f.yaml", "just words\n", {"WrongType File f.yaml - 1:1"}},
        BadCase{"ListWithoutItems", "f.yaml", "apiVersion: v1\nkind: List\n", {"WrongType File f.yaml /items 1:1"}},
        BadCase{"UnknownAlias", "f.yaml", "a: *nobody\n", {"SyntaxError File f.yaml - 1:4"}},
        BadCase{"KeyIsAMap", "f.yaml", "? {a: b}\n: c\n", {"SyntaxError File f.yaml - 1:3"}},
        BadCase{"NotUtf8", "f.yaml", "a: b\nc: d\xff\n", {"NotUtf8 File f.yaml - 2:5"}},
        BadCase{"NulByte", "f.yaml", std::string("a: b\0c\n", 7), {"NotUtf8 File f.yaml - 1:5"}},
        BadCase{"JsonSyntax", "f.json", "{\n  \"a\": 1,\n  oops\n}", {"SyntaxError File f.json - 3:3"}},
        BadCase{"JsonDuplicate", "f.json", "{\"a\": 1,\n \"a\": 2}", {"DuplicateKey File f.json /a 2:2"}},
        BadCase{"JsonLoneSurrogate", "f.json", "{\"a\": \"\\ud800\"}", {"SyntaxError File f.json - 1:14"}},
        BadCase{"JsonCutOff", "f.json", "{\"a\": [1, 2", {"SyntaxError File f.json - 1:11"}}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(Documents, WrongApiVersionNamesTheRightOne) {
  const auto out = parse_documents("apiVersion: gateway.solo.io/v1\nkind: Upstream\nmetadata: {name: a}\n", "f.yaml");
  ASSERT_EQ(out.problems.size(), 1u);
  EXPECT_EQ(out.problems[0].found, "gateway.solo.io/v1");
  EXPECT_EQ(out.problems[0].expected, "gloo.solo.io/v1");
}

TEST(Documents, AnotherProjectsKindOfTheSameNameIsAnotherKind) {
  const auto read = [](const std::string& version) {
    return parse_documents("apiVersion: " + version + "\nkind: Gateway\nmetadata: {name: a}\n", "f.yaml");
  };
  for (const char* version : {"v1", "v1beta1", "v1alpha3"})
    EXPECT_THAT(names_of(read(std::string("networking.istio.io/") + version)),
                ElementsAre("Gateway.networking.istio.io default/a"));
  EXPECT_THAT(names_of(read("gateway.networking.k8s.io/v1")),
              ElementsAre("Gateway.gateway.networking.k8s.io default/a"));
  // A slip of the pen is none.
  EXPECT_THAT(lines_of(read("gateway.sollo.io/v1").problems),
              ElementsAre("WrongApiVersion Gateway default/a /apiVersion 1:1"));
  EXPECT_THAT(lines_of(read("apps/v1").problems), ElementsAre("WrongApiVersion Gateway default/a /apiVersion 1:1"));
}

TEST(Documents, NamesMayHoldPlaceholders) {
  EXPECT_THAT(names_of(parse_documents("apiVersion: v1\nkind: Secret\nmetadata:\n  name: a.B_c\n  namespace: "
                                       "${INSTALL_NAMESPACE}\n",
                                       "f.yaml")),
              ElementsAre("Secret ${INSTALL_NAMESPACE}/a.B_c"));
}

TEST(Documents, ADocumentThatIsNoTextLeavesItsNeighbours) {
  const auto out = parse_documents(service("a") + "---\nx: \xc3\x28\n---\n" + service("c"), "f.yaml");
  EXPECT_THAT(names_of(out), ElementsAre("VirtualService default/a", "VirtualService default/c"));
  EXPECT_THAT(lines_of(out.problems), ElementsAre("NotUtf8 File f.yaml - 7:4"));
  EXPECT_THAT(out.problems[0].message, HasSubstr("offset "));
}

}  // namespace
}  // namespace solder::config

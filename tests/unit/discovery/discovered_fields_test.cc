// What was found, laid over what users wrote: theirs wins, whatever they spell it like.
#include "core/discovery/discovered_fields.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/config/documents.h"

namespace solder::discovery {
namespace {

using nlohmann::json;

const model::ObjectRef kUpstream{"Upstream", "gloo-system", "lambda"};

host::PublishedList found(const std::string& items) {
  return {kUpstream, "/spec/aws/lambdaFunctions", "logicalName", items};
}

model::ObjectPtr upstream(const std::string& aws) {
  return config::parse_documents(
             "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: lambda, namespace: "
             "gloo-system}\nspec: {aws: " +
                 aws + "}\n",
             "a.yaml")
      .objects.at(0);
}

std::string functions(const model::ObjectPtr& object, const char* field = "/spec/aws/lambdaFunctions") {
  const json document = json::parse(object->json);
  return document.value(json::json_pointer(field), json()).dump();
}

TEST(DiscoveredFields, AsAFileAndBack) {
  const auto list = found(R"([{"logicalName":"a","qualifier":"$LATEST"},{"logicalName":"é\"'\n: #"}])");
  const std::string text = to_yaml("aws_lambda", list);
  const auto documents = config::parse_documents(text, "a.yaml");
  ASSERT_TRUE(documents.problems.empty());
  ASSERT_EQ(documents.objects.size(), 1u);
  EXPECT_EQ(documents.objects[0]->ref, discovered_ref("aws_lambda", list));
  EXPECT_EQ(documents.objects[0]->labels.at("discovered_by"), "aws_lambda");
  const auto again = read_discovered(*documents.objects[0]);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->object, list.object);
  EXPECT_EQ(again->field, list.field);
  EXPECT_EQ(again->key, list.key);
  EXPECT_EQ(json::parse(again->items_json), json::parse(list.items_json));
  EXPECT_EQ(to_yaml("aws_lambda", *again), text) << "written again it is the same";
}

TEST(DiscoveredFields, NothingFoundIsAFileAsWell) {
  const auto documents = config::parse_documents(to_yaml("p", found("[]")), "a.yaml");
  EXPECT_EQ(read_discovered(*documents.objects.at(0))->items_json, "[]");
}

TEST(DiscoveredFields, WhatIsNoSuchObject) {
  EXPECT_FALSE(read_discovered(*upstream("{}")));
  for (const char* spec : {"{}", "{object: {kind: Upstream}, field: /spec/a, key: k, items: []}",
                           "{object: {kind: Upstream, name: a}, field: /metadata/name, key: k, items: []}",
                           "{object: {kind: Upstream, name: a}, field: /spec/a~2, key: k, items: []}",
                           "{object: {kind: Upstream, name: a}, field: /spec/a, key: k, items: {}}"}) {
    const auto documents = config::parse_documents(
        std::string("apiVersion: solder.io/v1\nkind: DiscoveredFields\nmetadata: {name: x}\nspec: ") + spec, "a.yaml");
    EXPECT_FALSE(read_discovered(*documents.objects.at(0))) << spec;
  }
}

TEST(DiscoveredFields, BehindWhatUsersWrote) {
  const auto list = found(R"([{"logicalName":"a","by":"found"},{"logicalName":"b","by":"found"}])");
  const auto user = upstream("{region: r, lambdaFunctions: [{logicalName: b, by: hand}, {logicalName: c, by: hand}]}");
  const auto both = with_discovered(user, {&list});
  EXPECT_EQ(functions(both), R"([{"by":"hand","logicalName":"b"},{"by":"hand","logicalName":"c"},)"
                             R"({"by":"found","logicalName":"a"}])");
  EXPECT_NE(both->hash, user->hash);
  EXPECT_EQ(both->source.start, user->source.start) << "reports still point into the user's file";
}

TEST(DiscoveredFields, InTheUsersSpelling) {
  const auto list = found(R"([{"logicalName":"a"},{"logicalName":"b"}])");
  const auto both = with_discovered(upstream("{lambda_functions: [{logical_name: a, by: hand}]}"), {&list});
  EXPECT_EQ(functions(both, "/spec/aws/lambda_functions"), R"([{"by":"hand","logical_name":"a"},{"logicalName":"b"}])");
  EXPECT_EQ(functions(both), "null");
}

TEST(DiscoveredFields, WhereThereIsNoListItIsMadeAndWhereThereIsNoPlaceNothingIs) {
  const auto list = found(R"([{"logicalName":"a"}])");
  EXPECT_EQ(functions(with_discovered(upstream("{region: r}"), {&list})), R"([{"logicalName":"a"}])");
  for (const char* aws : {"null", "5", "{lambdaFunctions: 5}"}) {
    const auto user = upstream(aws);
    EXPECT_EQ(with_discovered(user, {&list}), user) << aws;
  }
  const auto same = upstream("{lambdaFunctions: [{logicalName: a}]}");
  EXPECT_EQ(with_discovered(same, {&list}), same) << "nothing new: the very object";
  EXPECT_EQ(with_discovered(nullptr, {&list}), nullptr);
}

host::PublishedList service(const std::string& value) { return {kUpstream, "/spec/aws/serviceSpec", "", value}; }

TEST(DiscoveredFields, AnObjectAsAFileAndBack) {
  const auto list = service(R"({"rest":{"transformations":{"a \"'\n: #":{"x":1}}}})");
  const auto documents = config::parse_documents(to_yaml("openapi", list), "a.yaml");
  ASSERT_TRUE(documents.problems.empty());
  const auto again = read_discovered(*documents.objects.at(0));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->key, "");
  EXPECT_EQ(json::parse(again->items_json), json::parse(list.items_json));
}

TEST(DiscoveredFields, AnObjectComesWhereTheUserWroteNothing) {
  const auto list = service(R"({"rest":{"transformations":{"a":{"x":1},"b":{"x":2}}}})");
  const auto laid = [&](const char* aws) { return functions(with_discovered(upstream(aws), {&list}), "/spec/aws"); };
  EXPECT_EQ(laid("{}"), R"({"serviceSpec":{"rest":{"transformations":{"a":{"x":1},"b":{"x":2}}}}})");
  EXPECT_EQ(laid("{serviceSpec: {}}"), laid("{}"));
  EXPECT_EQ(laid("{service_spec: {rest: {transformations: {b: {x: 5}}, more: 1}}}"),
            R"({"service_spec":{"rest":{"more":1,"transformations":{"a":{"x":1},"b":{"x":5}}}}})");
  for (const char* other : {"{serviceSpec: {grpc: {}}}", "{serviceSpec: 5}", "5"}) {
    const auto user = upstream(other);
    EXPECT_EQ(with_discovered(user, {&list}), user) << "it says something else: " << other;
  }
  const auto nothing = service("{}");
  const auto user = upstream("{}");
  EXPECT_EQ(with_discovered(user, {&nothing}), user);
}

TEST(DiscoveredFields, LongNamesStayNames) {
  auto list = found("[]");
  list.object.name = std::string(253, 'n');
  const auto one = discovered_ref("p", list);
  list.object.name.back() = 'm';
  EXPECT_EQ(one.name.size(), 253u);
  EXPECT_NE(one.name, discovered_ref("p", list).name);
}

}  // namespace
}  // namespace solder::discovery

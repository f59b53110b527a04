// What Consul's health endpoint says, as instances: who is healthy, where it is, what it weighs, and whose it is.
#include "plugins/consul/upstream.h"

#include <gmock/gmock.h>

namespace solder::plugins::consul::instances_test {
namespace {

using sdk::Json;
using Health = Settings::Health;

Json entry(const char* id, const char* status, const Json& service = Json::object(),
           const Json& node = Json::object()) {
  Json out = {{"Node", {{"Node", "n1"}, {"Address", "10.0.0.9"}, {"Datacenter", "dc1"}}},
              {"Service", {{"ID", id}, {"Service", "shop"}, {"Address", "10.0.0.1"}, {"Port", 8080}, {"Tags", {"v1"}}}},
              {"Checks", {{{"CheckID", "serfHealth"}, {"Status", "passing"}}, {{"CheckID", "c"}, {"Status", status}}}}};
  out["Service"].merge_patch(service);
  out["Node"].merge_patch(node);
  return out;
}

std::vector<std::string> ids(const std::vector<Instance>& instances) {
  std::vector<std::string> out;
  for (const auto& each : instances) out.push_back(each.id);
  return out;
}

TEST(Instances, WhoIsHealthyEnough) {
  const std::string body = Json{entry("a", "passing"), entry("b", "warning"), entry("c", "critical"),
                                entry("d", "passing", {{"Weights", {{"Passing", 0}}}})}
                               .dump();
  EXPECT_THAT(ids(*read_instances(body, Health::kPassing)), ::testing::ElementsAre("dc1/n1/a"));
  EXPECT_THAT(ids(*read_instances(body, Health::kWarning)), ::testing::ElementsAre("dc1/n1/a", "dc1/n1/b"));
  EXPECT_THAT(ids(*read_instances(body, Health::kAny)), ::testing::ElementsAre("dc1/n1/a", "dc1/n1/b", "dc1/n1/c"));
}

TEST(Instances, WhatIsReadOfOne) {
  const auto read = read_instances(
      Json::array({entry("a", "warning",
                         {{"Weights", {{"Passing", 5}, {"Warning", 2}}}, {"Address", ""}, {"Tags", {"v1", "tls"}}},
                         {{"Meta", {{"region", "eu"}, {"zone", "b"}, {"sub_zone", "r7"}}}})})
          .dump(),
      Health::kWarning);
  const Instance expected{"dc1/n1/a", "10.0.0.9", "dc1", 8080, {"v1", "tls"}, 2, "eu", "b", "r7"};
  EXPECT_EQ(read->at(0), expected);
  EXPECT_EQ(instance_of(item_of(expected)), expected) << item_of(expected);
}

TEST(Instances, LocalityOfConsulComesFirst) {
  const auto read = read_instances(Json::array({entry("a", "passing", {{"Locality", {{"Region", "us"}, {"Zone", "z"}}}},
                                                      {{"Meta", {{"region", "eu"}, {"zone", "b"}}}})})
                                       .dump(),
                                   Health::kPassing);
  EXPECT_EQ(read->at(0).region + "/" + read->at(0).zone, "us/z");
}

TEST(Instances, GarbageIsNoAnswer) {
  for (const char* body : {"", "{}", "[1]", "[{}]", "[{\"Service\"", "null", "\"x\""})
    EXPECT_EQ(read_instances(body, Health::kPassing), std::nullopt) << body;
  EXPECT_TRUE(read_instances("[]", Health::kPassing)->empty());
  EXPECT_TRUE(read_instances(R"([{"Service": {"ID": 3, "Tags": "x"}, "Node": [], "Checks": {"a": 1}}])", Health::kAny)
                  ->empty());
}

TEST(Instances, WhoseTheyAre) {
  Instance instance;
  instance.tags = {"v1", "tls"};
  const auto of = [&](const char* spec) {
    return is_of(instance, UpstreamSpec(Json::parse(spec), Consistency::kDefault));
  };
  EXPECT_TRUE(of("{}"));
  EXPECT_TRUE(of(R"({"instanceTags": ["v1", "tls"]})"));
  EXPECT_FALSE(of(R"({"instanceTags": ["v1", "v2"]})"));
  EXPECT_FALSE(of(R"({"instanceBlacklistTags": ["tls"]})"));
  EXPECT_TRUE(of(R"({"instanceBlacklistTags": ["v2"], "subsetTags": ["v9"]})"));
}

}  // namespace
}  // namespace solder::plugins::consul::instances_test

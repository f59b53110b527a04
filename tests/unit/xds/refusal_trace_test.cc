// A client that takes a response when nothing in it is bad, and says no more than that.
#include "core/xds/refusal_trace.h"

#include <gtest/gtest.h>
#include <protozero/pbf_writer.hpp>

#include <cmath>

#include "core/xds/withheld.h"
#include "solder/envoy_fields.h"

namespace solder::xds::refusal_trace_test {
namespace {

namespace route = envoy::config::route::v3;

using Hosts = std::vector<std::pair<std::string, std::string>>;  // name → content

ResourcePtr routes(const std::string& name, const Hosts& hosts, const std::string& head = "") {
  std::string wire;
  protozero::pbf_writer writer(wire);
  writer.add_string(route::RouteConfiguration::kName, name);
  if (!head.empty()) writer.add_string(route::RouteConfiguration::kRequestHeadersToRemove, head);
  for (const auto& [host, content] : hosts) {
    protozero::pbf_writer entry(writer, route::RouteConfiguration::kVirtualHosts);
    entry.add_string(route::VirtualHost::kName, host);
    entry.add_string(route::VirtualHost::kDomains, content);
  }
  return make_resource(name, base::Bytes(std::move(wire)));
}

ResourcePtr scope(const std::string& name, const Hosts& hosts) {
  std::string wire;
  protozero::pbf_writer writer(wire);
  writer.add_string(route::ScopedRouteConfiguration::kName, name);
  writer.add_message(route::ScopedRouteConfiguration::kRouteConfiguration, routes("", hosts)->message.flatten());
  return make_resource(name, base::Bytes(std::move(wire)));
}

class Client {
 public:
  Client(ResourceType type, KnownCulprits* known = nullptr)
      : trace(
            type, [this](const std::string& name) { return has.find(name); }, known),
        type_(type) {}

  // Sends and answers until nothing is to be sent; gives how many responses the client refused or took.
  int settle(const ResourceSet& world, const std::string& words = "no") {
    trace.set_world(world);
    int responses = 0;
    for (;;) {
      const auto offered = trace.offer();
      std::vector<ResourcePtr> sent;
      ResourceSet::compare(has, offered, [&](const ResourcePtr&, const ResourcePtr& after) {
        if (after && !is_withheld(after)) sent.push_back(after);
      });
      if (sent.empty()) {
        if (!trace.searching()) return responses;
        trace.nothing_to_send();
        continue;
      }
      ++responses;
      if (responses > 1000) return -1;
      if (refuses(sent)) {
        trace.refused(sent, words);
      } else {
        for (const auto& resource : sent) has = has.with(resource);
        trace.accepted(sent);
      }
    }
  }
  std::string found() const {
    std::string out;
    for (const auto& culprit : trace.culprits()) out += (out.empty() ? "" : " ") + culprit.unit.label;
    return out;
  }
  std::vector<std::string> hosts(const std::string& name) const {
    std::vector<std::string> out;
    const auto& resource = has.find(name);
    const auto divided = resource ? divide(type_, *resource) : std::nullopt;
    for (size_t i = 0; divided && i < divided->parts.size(); ++i) out.push_back(divided->parts[i].name);
    return out;
  }

  ResourceSet has;
  RefusalTrace trace;

 private:
  static bool refuses(const std::vector<ResourcePtr>& sent) {
    return std::any_of(sent.begin(), sent.end(), [](const auto& resource) {
      return resource->message.flatten().find("bad") != std::string::npos;
    });
  }
  const ResourceType type_;
};

using Names = std::vector<std::string>;

TEST(RefusalTraceTest, OneBadVirtualHostCostsItself) {
  Client client(ResourceType::kRoute);
  client.settle(ResourceSet({routes("r", {{"a", "1"}, {"b", "bad"}, {"c", "1"}})}));
  EXPECT_EQ(client.found(), "b");
  EXPECT_EQ(client.hosts("r"), (Names{"a", "c"}));
}

TEST(RefusalTraceTest, TheOldVersionOfABadVirtualHostStays) {
  Client client(ResourceType::kRoute);
  const auto before = routes("r", {{"a", "1"}, {"b", "1"}});
  client.settle(ResourceSet({before}));
  // The only one that changed is at fault: one response refused, none to find it.
  EXPECT_EQ(client.settle(ResourceSet({routes("r", {{"a", "1"}, {"b", "bad"}})})), 1);
  EXPECT_EQ(client.found(), "b");
  EXPECT_EQ(client.has.find("r"), before);
  // Others change beside it.
  client.settle(ResourceSet({routes("r", {{"a", "2"}, {"b", "bad"}})}));
  EXPECT_EQ(client.has.find("r")->message.flatten(), routes("r", {{"a", "2"}, {"b", "1"}})->message.flatten());
  const auto good = routes("r", {{"a", "2"}, {"b", "2"}});
  client.settle(ResourceSet({good}));
  EXPECT_EQ(client.found(), "");
  EXPECT_EQ(client.has.find("r"), good);
}

TEST(RefusalTraceTest, OneVirtualHostInSeveralScopesIsOneCulprit) {
  Client client(ResourceType::kScopedRoute);
  client.settle(ResourceSet({scope("g|a.test", {{"a", "1"}}), scope("g|b.test", {{"b", "bad"}}),
                             scope("g|c.test", {{"b", "bad"}}), scope("g|*", {{"a", "1"}, {"b", "bad"}})}));
  EXPECT_EQ(client.found(), "b");
  EXPECT_EQ(client.hosts("g|*"), Names{"a"});
  EXPECT_TRUE(client.has.find("g|a.test"));
  EXPECT_FALSE(client.has.find("g|b.test"));
}

TEST(RefusalTraceTest, WhatIsNoVirtualHostMayBeAtFaultToo) {
  Client client(ResourceType::kRoute);
  client.settle(ResourceSet({routes("r", {{"a", "1"}, {"b", "1"}})}));
  client.settle(ResourceSet({routes("r", {{"a", "2"}, {"b", "1"}, {"c", "1"}}, "bad")}));
  EXPECT_EQ(client.found(), "r");
  EXPECT_EQ(client.hosts("r"), (Names{"a", "b", "c"}));
  EXPECT_EQ(client.settle(ResourceSet({routes("r", {{"a", "2"}, {"c", "1"}, {"b", "1"}}, "good")})), 1);
  EXPECT_EQ(client.found(), "");
  EXPECT_EQ(client.hosts("r"), (Names{"a", "c", "b"}));
}

TEST(RefusalTraceTest, AnotherClientsCulpritsAreLeftOutFirst) {
  KnownCulprits known;
  std::vector<ResourcePtr> all;
  for (int i = 0; i < 64; ++i) {
    const std::string name = std::to_string(100 + i);
    all.push_back(make_resource(name, base::Bytes(name + (i == 7 || i == 40 ? " bad" : " good"))));
  }
  Client first(ResourceType::kCluster, &known);
  first.settle(ResourceSet(all));
  EXPECT_EQ(first.found(), "107 140");
  Client second(ResourceType::kCluster, &known);
  EXPECT_EQ(second.settle(ResourceSet(all)), 2);
  EXPECT_EQ(second.found(), "107 140");
}

class AnyNumber : public ::testing::TestWithParam<int> {};

TEST_P(AnyNumber, EachOneIsFoundInTheLogarithm) {
  const int count = GetParam();
  const int most = static_cast<int>(std::ceil(std::log2(count)));
  for (int bad = 0; bad < count; ++bad) {
    std::vector<ResourcePtr> all;
    for (int i = 0; i < count; ++i) {
      const std::string name = std::to_string(1000 + i);
      all.push_back(make_resource(name, base::Bytes(name + (i == bad ? " bad" : " good"))));
    }
    Client client(ResourceType::kCluster);
    const int responses = client.settle(ResourceSet(all));
    EXPECT_EQ(client.found(), std::to_string(1000 + bad));
    EXPECT_EQ(client.has.size(), static_cast<size_t>(count - 1));
    // The first one, those that find it, and the one with what was not sent on the way.
    EXPECT_LE(responses, 1 + most + 1) << bad << " of " << count;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, AnyNumber, ::testing::Values(1, 2, 3, 7, 8, 9, 33));

}  // namespace
}  // namespace solder::xds::refusal_trace_test

// What the scenarios do not show of virtual hosts: bounds, and what a client that asked for too much is sent.
#include "core/xds/virtual_host_subscription.h"

#include <gtest/gtest.h>

#include "core/base/hash.h"
#include "core/xds/virtual_host_names.h"
#include "core/xds/withheld.h"

namespace solder::xds::virtual_host_subscription_test {
namespace {

ResourcePtr host(const std::string& name, const std::string& text = "1") {
  return make_resource_on_demand(name, base::Bytes(text), base::hash_bytes(text));
}

ResourceSet world(std::vector<ResourcePtr> hosts) {
  hosts.push_back(make_resource("r/", {}));
  return ResourceSet(std::move(hosts));
}

DiscoveryRequest request(std::vector<std::string> names) {
  DiscoveryRequest out;
  out.names = std::move(names);
  return out;
}

std::vector<std::string> numbered(const std::string& prefix, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(prefix + std::to_string(i));
  return names;
}

// All that is due, as "name" or "name=none", each with its "-" where it is removed.
std::vector<std::string> taken(VirtualHostSubscription& client) {
  std::vector<std::string> out;
  while (!client.due().nothing()) {
    const auto next = client.take(client.due().answer ? Take::kAnswer : Take::kUpdateAndRemovals);
    for (const auto& each : next.content->resources) out.push_back(each->name + (is_absent(each) ? "=none" : ""));
    for (const auto& name : next.content->removed) out.push_back("-" + name);
    client.accepted({*next.content, next.after});
  }
  return out;
}

using Names = std::vector<std::string>;

TEST(VirtualHostNames, AreAGroupAndWhatComesAfterTheLastSlash) {
  EXPECT_EQ(virtual_host_mark("r"), "r/");
  EXPECT_TRUE(is_virtual_host_mark("r/"));
  EXPECT_FALSE(is_virtual_host_mark("r/a"));
  EXPECT_FALSE(is_virtual_host_mark(""));
  EXPECT_EQ(group_of_virtual_host("a/b/c.test"), "a/b");
  EXPECT_EQ(group_of_virtual_host("c.test"), "");
}

TEST(VirtualHostSubscription, WhoAskedForMoreThanIsRememberedIsSentWhatComesToExist) {
  VirtualHostSubscription client;
  client.set_world(world({host("r/a")}));
  client.start(request({}));
  EXPECT_EQ(taken(client), Names{"-r/"});
  client.change(request(numbered("r/early", 10)));
  EXPECT_EQ(taken(client).size(), 10U);
  client.set_world(world({host("r/a"), host("r/new")}));
  EXPECT_EQ(taken(client), Names{}) << "nobody asked for it";
  client.change(request(numbered("r/none", VirtualHostSubscription::kMostAbsent)));
  EXPECT_EQ(taken(client).size(), VirtualHostSubscription::kMostAbsent) << "each is answered";
  EXPECT_LE(client.cost(), VirtualHostSubscription::kMostAbsent + 10);
  client.set_world(world({host("r/a"), host("r/new"), host("r/none9999"), host("r/early3")}));
  EXPECT_EQ(taken(client), (Names{"r/early3", "r/none9999"}));
  client.set_world(world({host("r/a"), host("r/new"), host("r/none9999", "2"), host("r/early3")}));
  EXPECT_EQ(taken(client), Names{"r/none9999"});
}

TEST(VirtualHostSubscription, WhatAwaitsAnAnswerIsBounded) {
  VirtualHostSubscription client;
  client.start(request({}));
  for (int i = 0; i < 5; ++i) client.change(request(numbered("r/" + std::to_string(i) + "-", 50'000)));
  client.change(request({"r/" + std::string(4000, 'x')}));
  EXPECT_LE(client.cost(), VirtualHostSubscription::kMostAsked);
  client.set_world(world({}));
  EXPECT_EQ(taken(client).size(), VirtualHostSubscription::kMostAsked + 1);
  client.change(request({"r/another"}));
  EXPECT_EQ(taken(client), Names{"r/another=none"}) << "it is heard again";
}

TEST(VirtualHostSubscription, AClientThatComesBackWithManyAbsentNamesIsSentThoseThatExistNow) {
  auto back = request({"*"});
  for (const auto& name : numbered("r/none", 3 * VirtualHostSubscription::kMostAbsent)) {
    back.names.push_back(name);
    back.initial_versions.emplace_back(name, base::hash_text(kAbsentVersion));
  }
  VirtualHostSubscription client;
  client.start(back);
  client.set_world(world({host("r/a"), host("r/none20000"), host("r/none7")}));
  auto names = taken(client);
  names.erase(std::remove(names.begin(), names.end(), "-r/"), names.end());
  EXPECT_EQ(names, (Names{"r/none20000", "r/none7"}));
  EXPECT_LE(client.cost(), VirtualHostSubscription::kMostAbsent + 3);
}

TEST(VirtualHostSubscription, AHeldHostThatIsGoneIsRemovedBeforeItIsCalledAbsent) {
  VirtualHostSubscription client;
  client.set_world(world({host("r/a")}));
  client.start(request({"r/a"}));
  EXPECT_EQ(taken(client), Names{"r/a"});
  client.set_world(world({}));
  client.change(request({"r/a"}));
  EXPECT_EQ(taken(client), (Names{"-r/a", "r/a=none"}));
  client.set_world(world({host("r/a", "2")}));
  EXPECT_EQ(taken(client), Names{"r/a"});
}

TEST(VirtualHostSubscription, BehindIsWhatItWantsAndDidNotTake) {
  VirtualHostSubscription client;
  client.set_world(world({host("r/a"), host("r/b")}));
  client.start(request({"r/a"}));
  EXPECT_EQ(taken(client), Names{"r/a"});
  EXPECT_EQ(client.behind(10), Names{});
  client.set_world(world({host("r/a", "2"), host("r/b", "2")}));
  EXPECT_EQ(client.behind(10), Names{"r/a"});
  const auto sent = client.take(Take::kUpdate);
  EXPECT_EQ(client.behind(10), Names{"r/a"}) << "sent is not taken";
  client.refused({*sent.content, sent.after});
  EXPECT_EQ(client.holding("r/a")->hash, host("r/a")->hash);
  client.set_world(world({host("r/a"), host("r/b", "2")}));
  EXPECT_EQ(client.behind(10), Names{});
}

TEST(VirtualHostSubscription, WithoutTheWildcardOnlyWhatIsNamedGoesOn) {
  VirtualHostSubscription client;
  client.set_world(world({host("r/a"), make_resource("r/*.w", base::Bytes("1"))}));
  client.start(request({"*", "r/a"}));
  EXPECT_EQ(taken(client), (Names{"r/*.w", "r/a", "-r/"}));
  DiscoveryRequest leave;
  leave.unsubscribe = {"*"};
  client.change(leave);
  client.set_world(world({host("r/a", "2"), make_resource("r/*.w", base::Bytes("2"))}));
  EXPECT_EQ(taken(client), Names{"r/a"});
}

}  // namespace
}  // namespace solder::xds::virtual_host_subscription_test

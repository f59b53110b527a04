// The Cloud Controller's lists, as the published examples have them, and what is no list.
#include "plugins/cloud_foundry/world.h"

#include <gmock/gmock.h>

#include "small_world.h"

namespace solder::plugins::cloud_foundry::world_test {
namespace {

TEST(World, SpacesWithTheirOrganizations) {
  World world;
  const auto page = read_page(List::kSpaces, R"({
    "pagination": {"total_results": 2, "total_pages": 2, "next": {"href": "https://api.example.org/v3/spaces?page=2"}},
    "resources": [{"guid": "s1", "name": "prod", "relationships": {"organization": {"data": {"guid": "o1"}}}}],
    "included": {"organizations": [{"guid": "o1", "name": "shop"}]}})",
                              world);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->next, "https://api.example.org/v3/spaces?page=2");
  EXPECT_EQ(world.spaces.at("s1").name, "prod");
  EXPECT_EQ(world.org_of(world.spaces.at("s1")), "shop");
}

TEST(World, RoutesWithTheirDomains) {
  World world;
  ASSERT_TRUE(read_page(List::kRoutes, R"({
    "pagination": {"next": null},
    "resources": [
      {"guid": "r1", "protocol": "http", "host": "cart", "path": "/some", "url": "cart.apps.internal/some", "port": null,
       "destinations": [{"guid": "x", "app": {"guid": "a1", "process": {"type": "web"}}, "weight": null, "port": 9000,
                         "protocol": "http2"},
                        {"guid": "y", "app": {"guid": "a2"}, "port": null}],
       "relationships": {"space": {"data": {"guid": "s1"}}, "domain": {"data": {"guid": "d1"}}}},
      {"guid": "r2", "protocol": "tcp", "host": "", "path": "", "url": "tcp.example.org:1024", "port": 1024,
       "destinations": [], "relationships": {"domain": {"data": {"guid": "d2"}}}}],
    "included": {"domains": [{"guid": "d1", "name": "apps.internal", "internal": true}]}})",
                        world));
  const Route& route = world.routes.at("r1");
  EXPECT_EQ(route.destinations, (std::vector<Destination>{{"a1", "web", 9000, true}, {"a2", "web", 8080, false}}));
  EXPECT_TRUE(world.is_internal(route));
  EXPECT_EQ(world.full_host(route), "cart.apps.internal");
  EXPECT_TRUE(world.routes.at("r2").tcp);
  EXPECT_EQ(world.full_host(world.routes.at("r2")), "tcp.example.org") << "of a domain that may not be read";
}

TEST(World, AppsAndProcesses) {
  World world;
  ASSERT_TRUE(read_page(List::kApps, R"({"pagination": {"next": null}, "resources": [
    {"guid": "a1", "name": "cart", "state": "STOPPED", "relationships": {"space": {"data": {"guid": "s1"}}}}]})",
                        world));
  EXPECT_EQ(world.apps.at("a1"), (App{"cart", "s1", false}));
  ASSERT_TRUE(read_page(List::kProcesses, R"({"pagination": {"next": null}, "resources": [
    {"guid": "p1", "type": "web", "updated_at": "u", "relationships": {"app": {"data": {"guid": "a1"}}}},
    {"guid": "p2", "type": "worker", "relationships": {"revision": null},
     "links": {"app": {"href": "https://api.example.org/v3/apps/a2"}}}]})",
                        world));
  EXPECT_EQ(world.processes.at("p1"), (Process{"web", "a1", "u"}));
  EXPECT_EQ(world.processes.at("p2").app, "a2");
}

TEST(World, WhatIsNoList) {
  for (const char* text :
       {"", "<html>", "[]", "{}",
        R"({"resources": []})"
        R"(x)",
        R"({"pagination": {}, "resources": {}})", R"({"pagination": {}, "resources": [1]})",
        R"({"pagination": {}, "resources": [{"name": "x"}]})", R"({"pagination": 1, "resources": []})"}) {
    for (const List list : kLists) {
      World world;
      EXPECT_FALSE(read_page(list, text, world)) << text;
    }
  }
}

TEST(World, MembersOfOtherTypesAreAbsent) {
  World world;
  ASSERT_TRUE(read_page(List::kRoutes, R"({"pagination": {"next": 5}, "resources": [
    {"guid": "r", "host": 1, "url": null, "port": "x", "destinations": {"a": 1}, "relationships": []}], "included": 3})",
                        world));
  EXPECT_EQ(world.routes.at("r"), Route{});
}

TEST(World, OnlyWhatIsOtherCounts) {
  World world = small_world(), same = small_world(), other = small_world();
  other.apps["cart"].started = false;
  EXPECT_FALSE(replace(List::kApps, world, same));
  EXPECT_TRUE(replace(List::kApps, world, other));
  EXPECT_FALSE(world.apps.at("cart").started);
}

TEST(Instances, AsStatsTellThem) {
  const auto read = read_instances(R"({"resources": [
    {"type": "web", "index": 1, "state": "DOWN", "uptime": 0, "details": null},
    {"type": "web", "index": 0, "state": "RUNNING", "routable": null, "host": "10.244.16.10",
     "instance_internal_ip": "10.255.1.1",
     "instance_ports": [{"external": null, "internal": 8080, "external_tls_proxy_port": 61001,
                         "internal_tls_proxy_port": 61443}]}]})");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_TRUE((*read)[0].serves());
  EXPECT_EQ((*read)[0].ports, (std::vector<InstancePort>{{8080, 0, 61001, 61443}}));
  EXPECT_FALSE((*read)[1].serves());
  for (const char* text : {"", "[]", R"({"resources": [{"index": "0"}]})", R"({"resources": [1]})", "{}"})
    EXPECT_FALSE(read_instances(text)) << text;
}

TEST(Instances, ThoseThatAreNotReadyDoNotServe) {
  const auto read = read_instances(R"({"resources": [{"index": 0, "state": "RUNNING", "routable": false}]})");
  EXPECT_FALSE(read->at(0).serves());
}

}  // namespace
}  // namespace solder::plugins::cloud_foundry::world_test

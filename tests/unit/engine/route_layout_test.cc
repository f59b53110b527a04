// Which layout a listener's routes get, what the scopes hold, and what a change costs them.
#include "core/engine/route_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

#include "core/engine/scoped_routes.h"
#include "core/xds/scope_names.h"
#include "solder/envoy_fields.h"
#include "world.h"

namespace solder::engine::route_layout_test {
namespace {

namespace route = solder::envoy::config::route::v3;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kHttpListener;
using testing::kHttpRoutes;
using ::testing::Not;
using testing::upstream;
using testing::virtual_service;
using testing::World;
using xds::ResourceType;

constexpr auto kScope = ResourceType::kScopedRoute;

std::vector<std::string> names(const xds::ResourceSet& set) {
  std::vector<std::string> out;
  for (const auto& resource : set) out.push_back(resource->name);
  return out;
}

std::string key(const std::string& domain) { return std::string(kHttpRoutes) + "|" + domain; }
std::string scope(const std::string& domain) { return xds::scope_name(kHttpRoutes, domain); }

model::ObjectRef service(const char* name) { return {"VirtualService", "gloo-system", name}; }

// Two hosts with a route each.
World two_hosts(size_t scoped_above) {
  World world("", scoped_above);
  world.put(upstream("one", 1)).put(upstream("two", 2));
  world.put(virtual_service("a", "a.test", "one")).put(virtual_service("b", "b.test", "one")).translate();
  return world;
}

TEST(RouteLayout, ScopesAboveTheNumberOfRoutes) {
  World world = two_hosts(2);
  EXPECT_TRUE(world.scoped_set(kScope).empty());
  world.put(virtual_service("c", "C.test", "one")).translate();
  EXPECT_THAT(names(world.scoped_set(kScope)),
              ElementsAre(scope("*"), scope("a.test"), scope("b.test"), scope("c.test")));
  EXPECT_TRUE(world.set(kScope).empty()) << "others keep Gloo's layout";
  EXPECT_THAT(world.json(ResourceType::kListener, kHttpListener), AllOf(HasSubstr("rds"), Not(HasSubstr("scoped"))));
  EXPECT_THAT(world.scoped_json(ResourceType::kListener, kHttpListener),
              AllOf(HasSubstr("scopedRoutes"), HasSubstr(std::string(kScopeHeader)), Not(HasSubstr("\"rds\""))));
  world.remove(service("c")).translate();
  EXPECT_TRUE(world.scoped_set(kScope).empty());
  EXPECT_THAT(world.scoped_json(ResourceType::kListener, kHttpListener), HasSubstr("rds"));
}

TEST(RouteLayout, WildcardsAreInTheFallback) {
  World world = two_hosts(0);
  world.put(virtual_service("wild", "*.wild.test", "two")).translate();
  EXPECT_THAT(names(world.scoped_set(kScope)), ElementsAre(scope("*"), scope("a.test"), scope("b.test")));
  EXPECT_THAT(world.scoped_json(kScope, scope("*")), AllOf(HasSubstr("*.wild.test"), Not(HasSubstr("FilterConfig"))));
  EXPECT_THAT(world.scoped_json(kScope, scope("a.test")), AllOf(HasSubstr("gloo-system_a"), HasSubstr("FilterConfig")));
}

TEST(RouteLayout, OnDemandAScopeNamesItsRoutesAndTheFallbackHoldsThem) {
  World world("", 0, std::nullopt, true);
  world.put(upstream("one", 1)).put(upstream("two", 2));
  world.put(virtual_service("a", "a.test", "one")).put(virtual_service("b", "b.test", "one"));
  world.put(virtual_service("wild", "*.wild.test", "two")).translate();
  EXPECT_THAT(names(world.scoped_set(ResourceType::kRoute)), ElementsAre(kHttpRoutes, key("a.test"), key("b.test")));
  EXPECT_THAT(names(world.set(ResourceType::kRoute)), ElementsAre(kHttpRoutes)) << "others keep Gloo's layout";
  EXPECT_THAT(
      world.scoped_json(kScope, scope("a.test")),
      AllOf(HasSubstr("\"onDemand\":true"), HasSubstr("\"routeConfigurationName\""), Not(HasSubstr("gloo-system_a"))));
  EXPECT_THAT(world.scoped_json(ResourceType::kRoute, key("a.test")), HasSubstr("gloo-system_a"));
  EXPECT_THAT(world.scoped_json(kScope, scope("*")), HasSubstr("*.wild.test"));
  EXPECT_THAT(world.scoped_json(ResourceType::kListener, kHttpListener), HasSubstr("on_demand"));
  const auto scopes = world.scoped_set(kScope);
  world.put(virtual_service("a", "a.test", "two")).translate();
  EXPECT_TRUE(world.scoped_set(kScope).same(scopes)) << "a changed route changes its routes alone";
  world.remove(service("a")).translate();
  EXPECT_FALSE(world.scoped_set(ResourceType::kRoute).find(key("a.test")));
}

std::string host_name(const std::string& domain) { return std::string(kHttpRoutes) + "-on-demand/" + domain; }

World virtual_hosts_of(const std::vector<std::pair<const char*, const char*>>& services) {
  World world("", 0, std::nullopt, false, true);
  world.put(upstream("one", 1)).put(upstream("two", 2));
  for (const auto& [name, domain] : services) world.put(virtual_service(name, domain, "one"));
  world.translate();
  return world;
}

TEST(RouteLayout, VirtualHostsOnDemandAreResourcesOfTheirOwn) {
  constexpr auto kHost = ResourceType::kVirtualHost;
  World world = virtual_hosts_of({{"a", "A.test"}, {"b", "b.test"}, {"wild", "*.wild.test"}, {"in", "in.wild.test"}});
  EXPECT_THAT(names(world.scoped_set(kHost)), ElementsAre(host_name(""), host_name("*.wild.test"), host_name("a.test"),
                                                          host_name("b.test"), host_name("in.wild.test")));
  EXPECT_TRUE(world.set(kHost).empty()) << "others keep Gloo's layout";
  EXPECT_TRUE(world.scoped_set(kScope).empty());
  const std::string routes = std::string(kHttpRoutes) + "-on-demand";
  EXPECT_THAT(names(world.scoped_set(ResourceType::kRoute)), ElementsAre(kHttpRoutes, routes));
  EXPECT_THAT(world.scoped_json(ResourceType::kRoute, routes), AllOf(HasSubstr("vhds"), Not(HasSubstr("a.test"))));
  EXPECT_THAT(world.scoped_json(ResourceType::kListener, kHttpListener),
              AllOf(HasSubstr(routes), HasSubstr("filters.http.on_demand"), Not(HasSubstr("lua"))));
  EXPECT_THAT(world.scoped_json(kHost, host_name("a.test")),
              AllOf(HasSubstr("\"name\":\"" + host_name("a.test") + "\""), HasSubstr("\"domains\":[\"A.test\"]")));
  const auto on_demand = [&](const char* domain) { return world.scoped_set(kHost).find(host_name(domain))->on_demand; };
  EXPECT_TRUE(on_demand("a.test"));
  EXPECT_FALSE(on_demand("*.wild.test"));
  EXPECT_FALSE(on_demand("in.wild.test")) << "Envoy has a route for it and would not ask";
  EXPECT_FALSE(on_demand(""));
  world.put(virtual_service("all", "*", "two")).translate();
  EXPECT_FALSE(on_demand("a.test"));
}

TEST(RouteLayout, AListenerThatLeavesVirtualHostsOnDemandKeepsThemForWhoAsks) {
  constexpr auto kHost = ResourceType::kVirtualHost;
  World world("", 2, std::nullopt, false, true);
  world.put(upstream("one", 1)).put(virtual_service("a", "a.test", "one")).put(virtual_service("w", "*.w.test", "one"));
  world.put(virtual_service("b", "b.test", "one")).put(virtual_service("c", "c.test", "one")).translate();
  EXPECT_TRUE(world.scoped_set(kHost).find(host_name("")));
  EXPECT_FALSE(world.scoped_set(kHost).find(host_name("*.w.test"))->on_demand);
  world.remove(service("c")).translate();
  EXPECT_THAT(names(world.scoped_set(kHost)),
              ElementsAre(host_name("*.w.test"), host_name("a.test"), host_name("b.test")));
  EXPECT_TRUE(world.scoped_set(kHost).find(host_name("*.w.test"))->on_demand) << "nobody else is sent it";
  EXPECT_THAT(names(world.scoped_set(ResourceType::kRoute)), ElementsAre(kHttpRoutes));
  EXPECT_THAT(world.scoped_json(ResourceType::kListener, kHttpListener), Not(HasSubstr("on_demand")));
  world.put(virtual_service("c", "c.test", "one")).translate();
  EXPECT_FALSE(world.scoped_set(kHost).find(host_name("*.w.test"))->on_demand);
}

TEST(RouteLayout, OneChangedRouteChangesItsVirtualHostAlone) {
  constexpr auto kHost = ResourceType::kVirtualHost;
  World world = virtual_hosts_of({{"a", "a.test"}, {"b", "b.test"}});
  const auto before = world.scoped_set(kHost);
  const auto routes = world.scoped_set(ResourceType::kRoute).find(std::string(kHttpRoutes) + "-on-demand")->hash;
  world.put(virtual_service("a", "a.test", "two")).translate();
  std::vector<std::string> changed;
  xds::ResourceSet::compare(before, world.scoped_set(kHost),
                            [&](const auto& was, const auto& is) { changed.push_back((is ? is : was)->name); });
  EXPECT_THAT(changed, ElementsAre(host_name("a.test")));
  EXPECT_EQ(world.scoped_set(ResourceType::kRoute).find(std::string(kHttpRoutes) + "-on-demand")->hash, routes);
  world.remove(service("a")).put(virtual_service("z", "a.test", "one")).translate();
  EXPECT_THAT(names(world.scoped_set(kHost)), ElementsAre(host_name(""), host_name("a.test"), host_name("b.test")));
}

TEST(RouteLayout, OneChangedRouteChangesItsScopeAlone) {
  World world = two_hosts(0);
  const auto before = world.scoped_set(kScope);
  world.put(virtual_service("a", "a.test", "two")).translate();
  std::vector<std::string> changed;
  xds::ResourceSet::compare(before, world.scoped_set(kScope),
                            [&](const auto& was, const auto& is) { changed.push_back((is ? is : was)->name); });
  EXPECT_THAT(changed, ElementsAre(scope("a.test")));
}

TEST(RouteLayout, ADomainMayMoveToAnotherService) {
  World world = two_hosts(0);
  world.remove(service("a")).put(virtual_service("z", "a.test", "two")).translate();
  EXPECT_THAT(names(world.scoped_set(kScope)), ElementsAre(scope("*"), scope("a.test"), scope("b.test")));
  EXPECT_THAT(world.scoped_json(kScope, scope("a.test")), HasSubstr("two_gloo-system"));
}

TEST(RouteLayout, ManyHostsAreTheSameHoweverTheyCame) {
  World world("", 10);
  world.put(upstream("one", 1));
  for (int i = 0; i < 100; ++i) {
    world.put(virtual_service("s" + std::to_string(i * 7 % 100), "d" + std::to_string(i * 7 % 100) + ".test", "one"));
    if (i % 9 == 0) world.translate();
  }
  world.translate();
  World fresh("", 10);
  fresh.put(upstream("one", 1));
  for (int i = 0; i < 100; ++i) {
    fresh.put(virtual_service("s" + std::to_string(i), "d" + std::to_string(i) + ".test", "one"));
  }
  fresh.translate();
  EXPECT_EQ(world.scoped_set(kScope).size(), 101U);
  EXPECT_TRUE(world.scoped_set(kScope).same(fresh.scoped_set(kScope)));
}

TEST(RouteLayout, OneHostGainsNothingFromScopes) {
  World world("", 0);
  world.put(upstream("one", 1)).put(virtual_service("a", "a.test", "one")).translate();
  EXPECT_TRUE(world.scoped_set(kScope).empty());
}

std::string route_with(const std::string& action) {
  std::string out;
  protozero::pbf_writer(out).add_message(route::Route::kRoute, action);
  return out;
}

TEST(RouteLayout, WhatEnvoyReadsBeforeFiltersKeepsGloosLayout) {
  EXPECT_FALSE(chosen_before_filters(""));
  std::string action;
  protozero::pbf_writer(action).add_string(route::RouteAction::kCluster, "c");
  EXPECT_FALSE(chosen_before_filters(route_with(action)));
  protozero::pbf_writer(action).add_message(route::RouteAction::kUpgradeConfigs, std::string());
  EXPECT_TRUE(chosen_before_filters(route_with(action)));
  for (const uint32_t field : {route::Route::kTracing, route::Route::kDecorator}) {
    std::string with;
    protozero::pbf_writer(with).add_message(field, std::string());
    EXPECT_TRUE(chosen_before_filters(with)) << field;
  }
  EXPECT_TRUE(
      chosen_before_filters(route_with("") + "\x6a\x2a" + "type.googleapis.com/envoy.config.route.v3.FilterConfig"));
}

}  // namespace
}  // namespace solder::engine::route_layout_test

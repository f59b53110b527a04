#include "core/xds/resource_parts.h"

#include <gtest/gtest.h>
#include <protozero/pbf_writer.hpp>

#include "solder/envoy_fields.h"

namespace solder::xds::resource_parts_test {
namespace {

namespace route = envoy::config::route::v3;

std::string routes(const std::vector<std::string>& hosts) {
  std::string wire;
  protozero::pbf_writer writer(wire);
  writer.add_string(route::RouteConfiguration::kName, "routes");
  for (const auto& host : hosts) {
    protozero::pbf_writer entry(writer, route::RouteConfiguration::kVirtualHosts);
    entry.add_string(route::VirtualHost::kName, host);
    entry.add_string(route::VirtualHost::kDomains, host + ".test");
  }
  return wire;
}

std::string scope(const std::string& inline_routes) {
  std::string wire;
  protozero::pbf_writer writer(wire);
  writer.add_string(route::ScopedRouteConfiguration::kName, "scope");
  writer.add_message(route::ScopedRouteConfiguration::kRouteConfiguration, inline_routes);
  return wire;
}

ResourcePtr resource(std::string wire) { return make_resource("name", base::Bytes(std::move(wire))); }

TEST(ResourcePartsTest, ARouteConfigurationIsItsHeadAndItsVirtualHosts) {
  const auto whole = resource(routes({"a", "b"}));
  const auto divided = divide(ResourceType::kRoute, *whole);
  ASSERT_TRUE(divided);
  ASSERT_EQ(divided->parts.size(), 2U);
  EXPECT_EQ(divided->parts[1].name, "b");
  EXPECT_EQ(divided->find("b"), &divided->parts[1]);
  EXPECT_EQ(divided->find("c"), nullptr);
  const auto again = compose(ResourceType::kRoute, "name", *divided);
  EXPECT_EQ(again->message.flatten(), whole->message.flatten());
  EXPECT_EQ(again->hash, whole->hash);
}

TEST(ResourcePartsTest, AScopeIsTakenApartThroughItsInlineRoutes) {
  const auto whole = resource(scope(routes({"a", "b"})));
  auto divided = divide(ResourceType::kScopedRoute, *whole);
  ASSERT_TRUE(divided);
  EXPECT_EQ(compose(ResourceType::kScopedRoute, "name", *divided)->message.flatten(), whole->message.flatten());
  divided->parts.pop_back();
  EXPECT_EQ(compose(ResourceType::kScopedRoute, "name", *divided)->message.flatten(), scope(routes({"a"})));
}

TEST(ResourcePartsTest, WhatHasNoPartsIsNotTakenApart) {
  EXPECT_FALSE(divide(ResourceType::kCluster, *resource(routes({"a"}))));
  EXPECT_FALSE(divide(ResourceType::kRoute, *resource(routes({}))));
  EXPECT_FALSE(divide(ResourceType::kRoute, *resource(routes({"a", "a"}))));
  EXPECT_FALSE(divide(ResourceType::kRoute, *resource("\xff\xff no message")));
  EXPECT_FALSE(divide(ResourceType::kRoute, *resource("")));
}

}  // namespace
}  // namespace solder::xds::resource_parts_test

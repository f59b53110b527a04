// Objects that plugins read, list and derive others from, shown by the plugin `kubernetes`: what a change costs, what
// stays when something is at fault, and who counts where two give one name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/engine/engine.h"
#include "world.h"

namespace solder::engine::plugin_kinds_test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::World;
using xds::ResourceType;

const model::ObjectRef kDerived{"Upstream", "shop", "kube-svc:shop-cart-80"};
constexpr const char* kCluster = "kube-svc:shop-cart-80_shop";

std::string service(const std::string& name) {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name +
         ", namespace: shop}\nspec: {ports: [{name: http, port: 80, targetPort: web}]}\n";
}

std::string slice(const std::string& name, const std::string& service_name, const std::string& address) {
  return "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " + name +
         ", namespace: shop, labels: {kubernetes.io/service-name: " + service_name +
         "}}\naddressType: IPv4\nports: [{name: http, port: 8080}]\nendpoints: [{addresses: [" + address + "]}]\n";
}

std::string upstream(const std::string& name, const std::string& more = "") {
  return "---\napiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: '" + name +
         "', namespace: shop}\nspec: {kube: {serviceName: cart, serviceNamespace: shop, servicePort: 80" + more +
         "}}\n";
}

World& cart(World& world) { return world.put(service("cart")).put(slice("cart-1", "cart", "10.0.0.1")); }

TEST(PluginKinds, AServiceGivesAnUpstreamForEachPort) {
  World world;
  cart(world).translate();
  EXPECT_THAT(world.json(ResourceType::kCluster, kCluster), HasSubstr("\"EDS\""));
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), HasSubstr("10.0.0.1"));
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), HasSubstr("8080"));
  EXPECT_EQ(world.state(kDerived), model::State::kAccepted);
  for (const auto& report : world.reports()) EXPECT_NE(report.object.kind, "Service") << "what is only read is silent";
  world.remove({"Service", "shop", "cart"}).translate();
  EXPECT_EQ(world.json(ResourceType::kCluster, kCluster), "");
  EXPECT_EQ(world.json(ResourceType::kEndpoint, kCluster), "");
  for (const auto& report : world.reports()) EXPECT_NE(report.object, kDerived);
}

TEST(PluginKinds, AnEndpointChangesOneAssignmentAlone) {
  World world;
  cart(world).put(service("other")).put(slice("other-1", "other", "10.0.1.1")).translate();
  const std::vector<ResourceType> types = {ResourceType::kCluster, ResourceType::kRoute, ResourceType::kListener};
  std::vector<xds::ResourceSet> before;
  before.reserve(types.size());
  for (const auto type : types) before.push_back(world.set(type));
  const auto other = world.resource(ResourceType::kEndpoint, "kube-svc:shop-other-80_shop");
  world.put(slice("cart-2", "cart", "10.0.0.2")).translate();
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), HasSubstr("10.0.0.2"));
  for (size_t i = 0; i < types.size(); ++i) {
    for (const auto& resource : before[i]) EXPECT_EQ(world.resource(types[i], resource->name), resource);
    EXPECT_EQ(world.set(types[i]).hash(), before[i].hash());
  }
  EXPECT_EQ(world.resource(ResourceType::kEndpoint, "kube-svc:shop-other-80_shop"), other);
  EXPECT_LE(world.computed(), 4u) << "the slice as it stands and as it is read, the assignment, the proxy";
}

uint64_t cost_of_one_changed_endpoint(int services) {
  World world;
  cart(world);
  for (int i = 0; i < services; ++i) {
    const std::string name = "s" + std::to_string(i);
    world.put(service(name)).put(slice(name + "-1", name, "10.1.0." + std::to_string(i + 1)));
  }
  world.translate();
  world.put(slice("cart-1", "cart", "10.0.0.9")).translate();
  return world.computed();
}

TEST(PluginKinds, TheCostOfAnEndpointDoesNotGrowWithTheWorld) {
  EXPECT_EQ(cost_of_one_changed_endpoint(1), cost_of_one_changed_endpoint(200));
}

TEST(PluginKinds, WhatWasListedInVainIsToldWhenItComes) {
  World world;
  world.put(service("cart")).translate();
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), Not(HasSubstr("lbEndpoints")));
  world.put(slice("cart-1", "cart", "10.0.0.1")).translate();
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), HasSubstr("10.0.0.1"));
  world.put(slice("cart-1", "somebody-else", "10.0.0.1")).translate();
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), Not(HasSubstr("10.0.0.1"))) << "the label has moved on";
}

TEST(PluginKinds, ABadObjectIsReadInItsLastGoodVersion) {
  World world;
  cart(world).translate();
  std::string bad = slice("cart-1", "cart", "10.0.0.2");
  bad.replace(bad.find("[{addresses"), std::string::npos, "{}\n");
  world.put(bad).translate();
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), HasSubstr("10.0.0.1"));
  EXPECT_EQ(world.state({"EndpointSlice", "shop", "cart-1"}), model::State::kRejected);
  world.put(slice("cart-1", "cart", "10.0.0.5")).translate();
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), HasSubstr("10.0.0.5"));
  for (const auto& report : world.reports()) EXPECT_NE(report.object.kind, "EndpointSlice");
}

TEST(PluginKinds, AnotherApiVersionIsPassedOver) {
  World world;
  world
      .put(
          "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\n"
          "spec: {ports: [{port: 80}]}\n")
      .translate();
  EXPECT_EQ(world.state({"Service", "shop", "cart"}), model::State::kWarning);
  EXPECT_EQ(world.json(ResourceType::kCluster, kCluster), "");
}

TEST(PluginKinds, AnObjectInAStoreTakesThePlaceOfADerivedOne) {
  World world;
  cart(world).translate();
  world.put(upstream(kDerived.name, ", subsetSpec: {selectors: [{keys: [version]}]}")).translate();
  EXPECT_THAT(world.json(ResourceType::kCluster, kCluster), HasSubstr("version"));
  world.remove(kDerived).translate();
  EXPECT_THAT(world.json(ResourceType::kCluster, kCluster), HasSubstr("\"EDS\"")) << "the derived one is back";
  EXPECT_THAT(world.json(ResourceType::kCluster, kCluster), Not(HasSubstr("version")));
}

// Two service entries for one host, which the plugin `istio` makes one Upstream of.
std::string entry(const std::string& name, const std::string& version, int port) {
  return "---\napiVersion: networking.istio.io/" + version + "\nkind: ServiceEntry\nmetadata: {name: " + name +
         ", namespace: shop}\nspec: {hosts: [api.example.com], resolution: DNS, ports: [{number: 443, targetPort: " +
         std::to_string(port) + ", protocol: HTTP}]}\n";
}

TEST(PluginKinds, WhatSeveralSourcesDeriveAlikeIsOneObject) {
  World world;
  const model::ObjectRef derived{"Upstream", "gloo-system", "istio:api.example.com-443"};
  world
      .put(
          "apiVersion: gloo.solo.io/v1\nkind: Settings\nmetadata: {name: default, namespace: gloo-system}\n"
          "spec: {gloo: {istioOptions: {discoverRouteRules: true}}}\n")
      .put(entry("a", "v1", 8443) + entry("b", "v1beta1", 8443))
      .translate();
  static_cast<void>(world.state(derived));  // which fails where it is not there
  EXPECT_EQ(world.state({"ServiceEntry", "shop", "a"}), model::State::kAccepted);
  EXPECT_EQ(world.state({"ServiceEntry", "shop", "b"}), model::State::kAccepted);
  world.put(entry("b", "v1alpha3", 9443)).translate();
  EXPECT_EQ(world.state({"ServiceEntry", "shop", "a"}), model::State::kAccepted);
  EXPECT_EQ(world.state({"ServiceEntry", "shop", "b"}), model::State::kWarning) << "what differs is told to the second";
  world.remove({"ServiceEntry", "shop", "a"}).translate();
  EXPECT_EQ(world.state({"ServiceEntry", "shop", "b"}), model::State::kAccepted);
  static_cast<void>(world.state(derived));  // which fails where it is not there
}

TEST(PluginKinds, ADerivedObjectThatWentBadServesOn) {
  World world;
  cart(world).translate();
  std::string bad = service("cart");
  bad.replace(bad.find("namespace: shop"), 15,
              "namespace: shop, annotations: {gloo.solo.io/upstream_config: '{\"nobody\": 1}'}");
  world.put(bad).translate();
  EXPECT_EQ(world.state(kDerived), model::State::kRejected);
  EXPECT_THAT(world.json(ResourceType::kCluster, kCluster), HasSubstr("\"EDS\""));
  EXPECT_THAT(world.json(ResourceType::kEndpoint, kCluster), HasSubstr("10.0.0.1"));
}

TEST(PluginKinds, AMissingServiceIsTheUpstreamsWarningUntilItComes) {
  World world;
  const model::ObjectRef own{"Upstream", "shop", "own"};
  world.put(upstream("own")).translate();
  EXPECT_EQ(world.state(own), model::State::kWarning);
  EXPECT_THAT(world.reasons(own), Contains("ServiceNotFound"));
  EXPECT_EQ(world.json(ResourceType::kCluster, "own_shop"), "");
  cart(world).translate();
  EXPECT_EQ(world.state(own), model::State::kAccepted);
  EXPECT_THAT(world.json(ResourceType::kEndpoint, "own_shop"), HasSubstr("10.0.0.1"));
}

TEST(PluginKinds, AnUpstreamThatCannotBeReadIsAsGoodAsNone) {
  World world;
  const model::ObjectRef routes{"VirtualService", "gloo-system", "vs"};
  world
      .put(
          "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: one, namespace: gloo-system}\n"
          "spec: {statik: {}}\n")
      .put(testing::virtual_service("vs", "a.test", "one"))
      .translate();
  EXPECT_THAT(world.reasons(routes), Contains("UpstreamNotFound"));
  world.put(testing::upstream("one", 1)).translate();
  EXPECT_EQ(world.state(routes), model::State::kAccepted);
}

}  // namespace
}  // namespace solder::engine::plugin_kinds_test

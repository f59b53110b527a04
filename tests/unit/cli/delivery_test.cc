#include "cli/delivery.h"

#include <gtest/gtest.h>

#include "core/engine/host_run.h"
#include "core/xds/scope_names.h"

namespace solder::cli::delivery_test {
namespace {

using xds::ResourceType;

const model::ObjectRef kService{"VirtualService", "gloo-system", "web"};
const model::ObjectRef kUpstream{"Upstream", "gloo-system", "backend"};
const model::ObjectRef kGateway{"Gateway", "gloo-system", "gateway"};
constexpr const char* kRole = "gloo-system~gateway-proxy";

size_t at(ResourceType type) { return static_cast<size_t>(type); }

xds::NodeStatus node(const std::string& id, const std::string& role = kRole) {
  xds::NodeStatus status;
  status.id = id;
  status.peer = id;
  status.role = role;
  for (const auto type : {ResourceType::kCluster, ResourceType::kListener, ResourceType::kRoute})
    status.asked[at(type)] = true;
  return status;
}

engine::ServedPlaces places() {
  auto plan = std::make_shared<engine::GatewayPlan>();
  plan->serving = true;
  plan->gateway.ref = kGateway;
  plan->gateway.proxy_names = {"gateway-proxy"};
  plan->listener_name = "listener";
  engine::PlannedPart part;
  part.route_configuration = "routes";
  const auto hosts = engine::cut_into_runs({{kService, {"web.test", "*.web.test"}}});
  engine::plan_runs(hosts, {}, std::make_shared<engine::HostSettings>(), nullptr, part);
  plan->parts.push_back(part);
  return {"gloo-system", {plan}};
}

std::string text(const std::vector<xds::NodeStatus>& nodes, const model::ObjectRef& object) {
  const auto served = places();
  const auto delivered = Delivery(nodes, &served).of(object);
  return delivered ? delivered->text() : "nothing";
}

TEST(DeliveryTest, EveryProxyOfItsRolesCounts) {
  const auto nodes = {node("a"), node("b"), node("c", "gloo-system~other")};
  EXPECT_EQ(text(nodes, kService), "acked by 2 of 2 proxies");
  EXPECT_EQ(text(nodes, kGateway), "acked by 2 of 2 proxies");
  EXPECT_EQ(text(nodes, kUpstream), "acked by 3 of 3 proxies");
  EXPECT_EQ(text({}, kUpstream), "acked by 0 of 0 proxies");
  EXPECT_EQ(text(nodes, {"Settings", "gloo-system", "default"}), "nothing");
}

TEST(DeliveryTest, WhoIsBehindWithItsResourcesDoesNot) {
  auto behind = node("a");
  behind.behind[at(ResourceType::kCluster)] = {"backend_gloo-system"};
  behind.behind[at(ResourceType::kRoute)] = {"routes"};
  EXPECT_EQ(text({behind, node("b")}, kUpstream), "acked by 1 of 2 proxies");
  EXPECT_EQ(text({behind, node("b")}, kService), "acked by 1 of 2 proxies");
  EXPECT_EQ(text({behind}, kGateway), "acked by 1 of 1 proxy");
  EXPECT_EQ(text({behind}, {"Upstream", "gloo-system", "other"}), "acked by 1 of 1 proxy");
}

TEST(DeliveryTest, WhoRefusesTheVirtualHostAloneDoesNot) {
  auto refuses = node("a");
  refuses.culprits.push_back({ResourceType::kRoute, "gloo-system_web", {"routes"}, "no"});
  EXPECT_EQ(text({refuses, node("b")}, kService), "acked by 1 of 2 proxies");
  EXPECT_EQ(text({refuses, node("b")}, kGateway), "acked by 2 of 2 proxies");
}

TEST(DeliveryTest, WhoDidNotAskYetDoesNot) {
  auto early = node("a");
  early.asked = {};
  EXPECT_EQ(text({early}, kService), "acked by 0 of 1 proxy");
  EXPECT_EQ(text({early}, kUpstream), "acked by 0 of 1 proxy");
}

TEST(DeliveryTest, ScopesCountWhereTheyAreServed) {
  auto scoped = node("a");
  scoped.asked[at(ResourceType::kRoute)] = false;
  scoped.asked[at(ResourceType::kScopedRoute)] = true;
  EXPECT_EQ(text({scoped}, kService), "acked by 1 of 1 proxy");
  for (const auto& scope : {xds::scope_name("routes", "web.test"), xds::fallback_scope("routes")}) {
    auto behind = scoped;
    behind.behind[at(ResourceType::kScopedRoute)] = {scope};
    EXPECT_EQ(text({behind}, kService), "acked by 0 of 1 proxy") << scope;
  }
}

TEST(DeliveryTest, VirtualHostsOnDemandCountWhereOneWasAskedFor) {
  auto loads = node("a");
  loads.asked[at(ResourceType::kVirtualHost)] = true;
  EXPECT_EQ(text({loads}, kService), "acked by 1 of 1 proxy") << "nobody asked for the host yet";
  loads.behind[at(ResourceType::kVirtualHost)] = {"routes-on-demand/web.test"};
  EXPECT_EQ(text({loads}, kService), "acked by 0 of 1 proxy");
}

}  // namespace
}  // namespace solder::cli::delivery_test

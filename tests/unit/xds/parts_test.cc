// The small parts: methods, groups, references, addresses, the push thread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include <protozero/pbf_writer.hpp>

#include "core/xds/discovery_method.h"
#include "core/xds/endpoint_reference.h"
#include "core/xds/listen_address.h"
#include "core/xds/node_groups.h"
#include "core/xds/push_thread.h"
#include "solder/envoy_fields.h"
#include "tests/feature/xds/test_world.h"

namespace solder::xds::testing::parts_test {
namespace {

using ::testing::HasSubstr;

TEST(DiscoveryMethod, KnowsItsServices) {
  const auto ads = discovery_method("/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources");
  ASSERT_TRUE(ads);
  EXPECT_TRUE(ads->delta);
  EXPECT_FALSE(ads->only);
  const auto rds = discovery_method("/envoy.service.route.v3.RouteDiscoveryService/StreamRoutes");
  ASSERT_TRUE(rds);
  EXPECT_FALSE(rds->delta);
  EXPECT_EQ(rds->only, ResourceType::kRoute);
  const auto vhds = discovery_method("/envoy.service.route.v3.VirtualHostDiscoveryService/DeltaVirtualHosts");
  ASSERT_TRUE(vhds);
  EXPECT_EQ(vhds->only, ResourceType::kVirtualHost);
  for (const auto* path : {"", "/", "x", "/envoy.service.route.v3.VirtualHostDiscoveryService/StreamVirtualHosts",
                           "/envoy.service.route.v3.RouteDiscoveryService/FetchRoutes",
                           "/envoy.service.route.v3.RouteDiscoveryService/StreamClusters",
                           "/envoy.service.route.v3.RouteDiscoveryService/", "//StreamRoutes"}) {
    EXPECT_FALSE(discovery_method(path)) << path;
  }
}

TEST(NodeGroups, KnowsNothingBeforeTheFirstPublish) {
  NodeGroups groups;
  EXPECT_EQ(groups.find("role"), nullptr);
  EXPECT_EQ(groups.complaint("node", "role"), "");
  groups.publish(make_snapshots("role", {{ResourceType::kCluster, {{"a", "1"}}}}));
  EXPECT_EQ(groups.find("role")->of(ResourceType::kCluster).size(), 1U);
  ASSERT_NE(groups.find("other"), nullptr);
  EXPECT_TRUE(groups.find("other")->of(ResourceType::kCluster).empty());
}

TEST(NodeGroups, NamesAMisconfiguredNodeOnce) {
  NodeGroups groups;
  groups.publish(make_snapshots("ns~proxy", {}));
  EXPECT_EQ(groups.complaint("node", "ns~proxy"), "");
  const auto complaint = groups.complaint("node", "ns~prox");
  EXPECT_THAT(complaint, HasSubstr("misconfigured-node"));
  EXPECT_THAT(complaint, HasSubstr("node \"node\" has metadata.role \"ns~prox\"; there is \"ns~proxy\""));
  EXPECT_EQ(groups.complaint("node", "ns~prox"), "");
  EXPECT_THAT(groups.complaint("node-2", ""), HasSubstr("has no metadata.role"));
}

Resource cluster(int type, const std::string& service) {
  namespace cluster_v3 = envoy::config::cluster::v3;
  std::string wire, eds;
  protozero::pbf_writer writer{wire};
  writer.add_string(cluster_v3::Cluster::kName, "name");
  writer.add_enum(cluster_v3::Cluster::kType, type);
  if (!service.empty()) {
    protozero::pbf_writer{eds}.add_string(cluster_v3::Cluster::EdsClusterConfig::kServiceName, service);
    writer.add_message(cluster_v3::Cluster::kEdsClusterConfig, eds);
  }
  return *make_resource("name", base::Bytes(wire));
}

TEST(EndpointReference, IsTheServiceNameElseTheClustersOwn) {
  constexpr int kEds = envoy::config::cluster::v3::Cluster::DiscoveryType::kEDS;
  EXPECT_EQ(endpoint_reference(cluster(kEds, "service")), "service");
  EXPECT_EQ(endpoint_reference(cluster(kEds, "")), "name");
  EXPECT_EQ(endpoint_reference(cluster(0, "service")), std::nullopt);
  EXPECT_EQ(endpoint_reference(*make_resource("x", base::Bytes("\xff\xff"))), std::nullopt);
}

TEST(ListenAddress, SaysWhatIsRight) {
  EXPECT_TRUE(probe_listen_address("127.0.0.1:0").ok());
  EXPECT_TRUE(probe_listen_address("localhost:0").ok());
  for (const auto* address : {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80"}) {
    EXPECT_THAT(probe_listen_address(address).message(), HasSubstr("HOST:PORT")) << address;
  }
}

class Poked final : public Pokable {
 public:
  void poke() override { ++count; }
  std::atomic<int> count{0};
};

TEST(PushThread, PokesAllAndEachAtItsTime) {
  const auto first = std::make_shared<Poked>(), second = std::make_shared<Poked>();
  std::promise<void> reached;
  class Signal final : public Pokable {
   public:
    explicit Signal(std::promise<void>& done) : done_(done) {}
    void poke() override { done_.set_value(); }

   private:
    std::promise<void>& done_;
  };
  const auto signal = std::make_shared<Signal>(reached);
  PushThread thread([&] { return std::vector<std::shared_ptr<Pokable>>{first}; });
  const auto now = Clock::now();
  thread.poke_at(now + std::chrono::hours(1), first);
  thread.poke_at(now + std::chrono::milliseconds(20), signal);
  thread.poke_at(now + std::chrono::milliseconds(1), second);
  thread.poke_at(now + std::chrono::milliseconds(1), std::make_shared<Poked>());  // gone before
  thread.poke_all();
  ASSERT_EQ(reached.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(first->count, 1);
  EXPECT_EQ(second->count, 1);
}

}  // namespace
}  // namespace solder::xds::testing::parts_test

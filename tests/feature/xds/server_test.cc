// The server as such: methods, roles, node status, refusals, start and shutdown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/feature/xds/server_fixture.h"

namespace solder::xds::testing::server_test {
namespace {

using ::testing::HasSubstr;

constexpr auto kCluster = ResourceType::kCluster;

TEST(Server, ServesEachTypeByItsOwnService) {
  TestServer server;
  World world;
  for (size_t i = 0; i < kResourceTypeCount; ++i) world[static_cast<ResourceType>(i)] = {{"a", "1"}};
  server->publish(make_snapshots("role", world));
  const std::pair<ResourceType, std::string> services[] = {
      {ResourceType::kSecret, "envoy.service.secret.v3.SecretDiscoveryService/$Secrets"},
      {ResourceType::kCluster, "envoy.service.cluster.v3.ClusterDiscoveryService/$Clusters"},
      {ResourceType::kEndpoint, "envoy.service.endpoint.v3.EndpointDiscoveryService/$Endpoints"},
      {ResourceType::kExtensionConfig, "envoy.service.extension.v3.ExtensionConfigDiscoveryService/$ExtensionConfigs"},
      {ResourceType::kListener, "envoy.service.listener.v3.ListenerDiscoveryService/$Listeners"},
      {ResourceType::kRoute, "envoy.service.route.v3.RouteDiscoveryService/$Routes"}};
  for (const auto& [type, path] : services) {
    for (const bool delta : {false, true}) {
      auto method = "/" + path;
      method.replace(method.find('$'), 1, delta ? "Delta" : "Stream");
      GrpcStream stream(connect(server->port()), method);
      TestClient client(delta);
      ASSERT_TRUE(stream.send(client.ask(type, {"a"})));
      const auto wire = stream.receive();
      ASSERT_TRUE(wire.has_value()) << method;
      EXPECT_EQ(client.read(*wire).resources, (Values{{"a", "1"}})) << method;
    }
  }
}

TEST(Server, SaysWhatItDoesNotServe) {
  TestServer server;
  for (const std::string method : {"/envoy.service.cluster.v3.ClusterDiscoveryService/FetchClusters",
                                   "/envoy.service.cluster.v3.ClusterDiscoveryService/StreamListeners",
                                   "/envoy.api.v2.ClusterDiscoveryService/StreamClusters", "/x/y"}) {
    GrpcStream stream(connect(server->port()), method);
    const auto status = stream.finish();
    EXPECT_EQ(status.error_code(), grpc::UNIMPLEMENTED) << method;
    EXPECT_THAT(status.error_message(), HasSubstr(method));
  }
}

TEST(Server, KeepsRolesApart) {
  TestServer server;
  const auto first = make_snapshot({{kCluster, {{"a", "1"}}}});
  const auto publish = [&](const std::string& value) {
    server->publish(std::make_shared<const SnapshotsByRole>(
        SnapshotsByRole{{"one", first}, {"two", make_snapshot({{kCluster, {{"b", value}}}})}}));
  };
  publish("1");
  TestPeer one(server->port(), true, "one"), two(server->port(), true, "two");
  one.ask(kCluster);
  two.ask(kCluster);
  EXPECT_EQ(one.receive()->resources, (Values{{"a", "1"}}));
  EXPECT_EQ(two.receive()->resources, (Values{{"b", "1"}}));
  one.acknowledge(kCluster);
  two.acknowledge(kCluster);
  publish("2");
  EXPECT_EQ(two.receive()->resources, (Values{{"b", "2"}}));
  EXPECT_EQ(server->counters().responses, 3U);
}

TEST(Server, TellsWhoIsConnected) {
  TestServer server;
  server->publish(make_snapshots("role", {{kCluster, {{"a", "1"}}}}));
  TestPeer peer(server->port(), true, "role", "gateway-1");
  peer.ask(kCluster);
  ASSERT_TRUE(peer.receive());
  ASSERT_EQ(server->nodes().size(), 1U);
  EXPECT_FALSE(server->nodes()[0].in_sync);
  peer.acknowledge(kCluster);
  ASSERT_TRUE(server.until([](const auto& counters) { return counters.acks == 1; }));
  const auto node = server->nodes().at(0);
  EXPECT_EQ(node.id, "gateway-1");
  EXPECT_EQ(node.role, "role");
  EXPECT_EQ(node.user_agent, "test");
  EXPECT_THAT(node.peer, HasSubstr("127.0.0.1"));
  EXPECT_TRUE(node.delta);
  EXPECT_TRUE(node.in_sync);
  EXPECT_EQ(node.sent[static_cast<size_t>(kCluster)], 1U);
  EXPECT_EQ(node.acked[static_cast<size_t>(kCluster)], 1U);
  server->publish(make_snapshots("role", {{kCluster, {{"a", "2"}}}}));
  ASSERT_TRUE(peer.receive());
  peer.acknowledge(kCluster, "no");
  ASSERT_TRUE(server.until([](const auto& counters) { return counters.nacks == 1; }));
  EXPECT_EQ(server->nodes().at(0).nacked[static_cast<size_t>(kCluster)], 1U);
  const auto refusals = server.wait_for_refusals(1);
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0].node_id, "gateway-1");
  EXPECT_EQ(refusals[0].names, std::vector<std::string>{"a"});
  EXPECT_EQ(refusals[0].message, "no");
}

// The rule of 30 s by a real clock, made short.
TEST(Server, DoesNotWaitWithoutEndForAnAcknowledgement) {
  ServerOptions options;
  options.times.acknowledge_within = std::chrono::milliseconds(200);
  options.times.hold_within = std::chrono::milliseconds(100);
  TestServer server(options);
  server->publish(make_snapshots("role", {{kCluster, {{"old", "1"}}}, {ResourceType::kRoute, {{"r", "1"}}}}));
  TestPeer peer(server->port(), true);
  peer.ask(kCluster);
  ASSERT_TRUE(peer.receive());
  peer.acknowledge(kCluster);
  peer.ask(ResourceType::kRoute, {"r"});
  ASSERT_TRUE(peer.receive());
  peer.acknowledge(ResourceType::kRoute);
  server->publish(make_snapshots("role", {{kCluster, {{"new", "1"}}}, {ResourceType::kRoute, {{"r", "2"}}}}));
  EXPECT_EQ(peer.receive()->resources, (Values{{"new", "1"}}));
  EXPECT_EQ(peer.receive()->resources, (Values{{"r", "2"}}));
  EXPECT_EQ(peer.receive()->removed, std::vector<std::string>{"old"});
}

TEST(Server, EndsStreamsInOrder) {
  auto server = std::make_unique<TestServer>();
  (*server)->publish(make_snapshots("role", {{kCluster, {{"a", "1"}}}}));
  const int port = (*server)->port();
  TestPeer first(port, true), second(port, false);
  first.ask(kCluster);
  second.ask(kCluster);
  ASSERT_TRUE(first.receive());
  ASSERT_TRUE(second.receive());
  auto done = std::async(std::launch::async, [&] { (*server)->shutdown(10'000); });
  for (auto* peer : {&first, &second}) {
    EXPECT_FALSE(peer->receive());
    const auto status = peer->stream.finish();
    EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
    EXPECT_EQ(status.error_message(), "shutting down");
  }
  done.get();
  EXPECT_EQ((*server)->counters().streams, 0U);
  // The port is free again.
  ServerOptions options;
  options.address = "127.0.0.1:" + std::to_string(port);
  EXPECT_TRUE(Server::start(options, {}).ok());
}

TEST(Server, ShutdownWaitsForNobodyLongerThanAsked) {
  TestServer server;
  World world;
  for (int i = 0; i < 64; ++i) world[kCluster]["c" + std::to_string(i)] = std::string(1 << 20, 'x');
  server->publish(make_snapshots("role", world));
  TestPeer deaf(server->port(), true);
  deaf.ask(kCluster);  // and reads nothing
  ASSERT_TRUE(server.until([](const auto& counters) { return counters.responses == 1; }));
  const auto start = std::chrono::steady_clock::now();
  server->shutdown(300);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
  EXPECT_EQ(server->counters().streams, 0U);
}

TEST(Server, SaysWhyItCannotListen) {
  TestServer server;
  const auto problem = [](const std::string& address) {
    ServerOptions options;
    options.address = address;
    const auto result = Server::start(options, {});
    return result.ok() ? "it listens" : result.status().message();
  };
  const auto taken = "127.0.0.1:" + std::to_string(server->port());
  EXPECT_THAT(problem(taken), HasSubstr("cannot listen on " + taken + ": port"));
  EXPECT_THAT(problem(taken), HasSubstr("is taken by another process"));
  EXPECT_THAT(problem("nonsense"), HasSubstr("right would be HOST:PORT"));
  EXPECT_THAT(problem("127.0.0.1:70000"), HasSubstr("right would be HOST:PORT"));
  EXPECT_THAT(problem("192.0.2.1:0"), HasSubstr("no such address"));
  EXPECT_THAT(problem("no-such-host.invalid:0"), HasSubstr("no-such-host.invalid"));
}

}  // namespace
}  // namespace solder::xds::testing::server_test

// Clients that are wrong, slow, hostile or many: what they cost, and that others do not notice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

#include "solder/envoy_fields.h"
#include "tests/feature/xds/memory.h"
#include "tests/feature/xds/server_fixture.h"

namespace solder::xds::testing::hostile_test {
namespace {

using ::testing::HasSubstr;

constexpr auto kCluster = ResourceType::kCluster;
constexpr auto kEndpoint = ResourceType::kEndpoint;

// A client that does everything right, beside those that do not.
class Bystander {
 public:
  explicit Bystander(TestServer& server) : server_(server), peer_(server->port(), true, "role", "bystander") {
    publish("first");
    peer_.ask(kCluster);
    EXPECT_TRUE(served());
  }
  // A new value arrives.
  bool served(const std::string& value) {
    publish(value);
    return served();
  }

 private:
  void publish(const std::string& value) {
    wanted_ = {{"a", value}};
    server_->publish(make_snapshots("role", {{kCluster, wanted_}, {kEndpoint, {{"a", "1"}}}}));
  }
  bool served() {
    const auto response = peer_.receive();
    peer_.acknowledge(kCluster);
    return response && response->resources == wanted_;
  }

  TestServer& server_;
  TestPeer peer_;
  Values wanted_;
};

void expect_growth_below(size_t before, size_t megabytes) {
  if (kMemoryIsOurs) {
    EXPECT_LT(resident_bytes(), before + (megabytes << 20));
  }
}

std::string request_of_type(const std::string& type_url) {
  namespace discovery = envoy::service::discovery::v3;
  std::string wire;
  protozero::pbf_writer{wire}.add_string(discovery::DeltaDiscoveryRequest::kTypeUrl, type_url);
  return wire;
}

TEST(Hostile, MalformedRequestsEndTheirStreamOnly) {
  TestServer server;
  Bystander bystander(server);
  for (const bool delta : {false, true}) {
    TestPeer peer(server->port(), delta);
    ASSERT_TRUE(peer.stream.send("\xff\xff\xff\xff"));
    EXPECT_FALSE(peer.receive());
    const auto status = peer.stream.finish();
    EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("is no well-formed envoy.service.discovery.v3."));
  }
  EXPECT_EQ(server->counters().bad_requests, 2U);
  EXPECT_TRUE(bystander.served("after"));
}

TEST(Hostile, UnknownTypesAreIgnored) {
  TestServer server;
  Bystander bystander(server);
  TestPeer peer(server->port(), true);
  for (const std::string type : {"", "nonsense", "type.googleapis.com/envoy.api.v2.Cluster", "\x01\xff"}) {
    ASSERT_TRUE(peer.stream.send(request_of_type(type)));
  }
  peer.ask(kEndpoint, {"a"});
  EXPECT_EQ(peer.receive()->resources, (Values{{"a", "1"}}));
  EXPECT_EQ(server->counters().bad_requests, 4U);
  EXPECT_TRUE(bystander.served("after"));
}

TEST(Hostile, UnknownNoncesAreIgnored) {
  TestServer server;
  Bystander bystander(server);
  TestPeer peer(server->port(), true);
  peer.ask(kEndpoint, {"a"});
  ASSERT_TRUE(peer.receive());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(peer.stream.send(peer.client.acknowledge(kEndpoint, "a lie", "nonce-" + std::to_string(i))));
  }
  peer.ask(kEndpoint, {"a"});
  EXPECT_TRUE(peer.receive());
  EXPECT_EQ(server->counters().bad_requests, 100U);
  EXPECT_TRUE(server.take_refusals().empty());
  EXPECT_TRUE(bystander.served("after"));
}

TEST(Hostile, TooManyNamesEndTheStream) {
  ServerOptions options;
  options.max_subscriptions = 100;
  TestServer server(options);
  Bystander bystander(server);
  std::vector<std::string> names(101);
  for (size_t i = 0; i < names.size(); ++i) names[i] = "n" + std::to_string(i);
  for (const bool delta : {false, true}) {
    TestPeer peer(server->port(), delta);
    peer.ask(kEndpoint, names);
    EXPECT_FALSE(peer.receive());
    EXPECT_EQ(peer.stream.finish().error_code(), grpc::RESOURCE_EXHAUSTED);
  }
  // Long names count for more, and too long ones are none.
  TestPeer peer(server->port(), true);
  peer.ask(kEndpoint, {std::string(4097, 'x')});
  EXPECT_FALSE(peer.receive());
  EXPECT_EQ(peer.stream.finish().error_code(), grpc::INVALID_ARGUMENT);
  EXPECT_TRUE(bystander.served("after"));
}

TEST(Hostile, TooLargeARequestEndsTheStream) {
  ServerOptions options;
  options.max_request_bytes = 10'000;
  TestServer server(options);
  Bystander bystander(server);
  TestPeer peer(server->port(), true);
  peer.stream.send(std::string(20'000, 'x'));
  EXPECT_FALSE(peer.receive());
  EXPECT_EQ(peer.stream.finish().error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(bystander.served("after"));
}

// Each request asks again for what is there, and the client never reads an answer.
TEST(Hostile, AFloodOfRequestsIsBounded) {
  TestServer server;
  Bystander bystander(server);
  const auto before = resident_bytes();
  TestPeer peer(server->port(), true);
  peer.ask(kEndpoint, {"a"});
  const auto again = peer.client.ask(kEndpoint, {"a", "missing"});
  for (int i = 0; i < 100'000; ++i) {
    if (i % 20'000 == 0) {
      EXPECT_TRUE(bystander.served("during " + std::to_string(i)));
    }
    ASSERT_TRUE(peer.stream.send(again));
  }
  EXPECT_TRUE(bystander.served("after"));
  expect_growth_below(before, 64);
}

TEST(Hostile, AFloodOfRefusalsIsCountedOnce) {
  TestServer server;
  Bystander bystander(server);
  TestPeer peer(server->port(), true);
  peer.ask(kEndpoint, {"a"});
  ASSERT_TRUE(peer.receive());
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(peer.acknowledge(kEndpoint, std::string(1000, 'x')));
  peer.ask(kEndpoint, {"a"});
  ASSERT_TRUE(peer.receive());
  EXPECT_EQ(server.wait_for_refusals(1).size(), 1U);
  EXPECT_TRUE(bystander.served("after"));
  EXPECT_TRUE(server.take_refusals().empty());
}

// What a client does not read is owed as state, not kept as messages: it holds one response, and gets the newest next.
TEST(Hostile, AClientThatDoesNotReadCostsOneResponse) {
  TestServer server;
  Bystander bystander(server);
  TestPeer deaf(server->port(), true);
  const auto publish = [&](char fill, const std::string& value) {
    World world{{kCluster, {{"a", value}}}};
    for (int i = 0; i < 32; ++i) world[kEndpoint]["e" + std::to_string(i)] = std::string(1 << 20, fill);
    server->publish(make_snapshots("role", world));
  };
  std::vector<std::string> names;
  for (int i = 0; i < 32; ++i) names.push_back("e" + std::to_string(i));
  publish('0', "first");
  deaf.ask(kEndpoint, names);
  ASSERT_TRUE(server.until([](const auto& counters) { return counters.responses == 2; }));
  const auto before = resident_bytes();
  for (char fill = '1'; fill <= '9'; ++fill) {
    publish(fill, "first");
    deaf.ask(kEndpoint, names);
  }
  EXPECT_TRUE(bystander.served("after"));
  expect_growth_below(before, 160);
  publish('9', "after");
  EXPECT_EQ(deaf.receive()->resources.at("e0").front(), '0');
  deaf.acknowledge(kEndpoint);
  EXPECT_EQ(deaf.receive()->resources.at("e0").front(), '9');
}

TEST(Hostile, AClientThatNeverReadsIsCutOff) {
  ServerOptions options;
  options.times.read_within = std::chrono::milliseconds(300);
  TestServer server(options);
  Bystander bystander(server);
  World world{{kCluster, {{"a", "first"}}}, {kEndpoint, {{"big", std::string(32 << 20, 'x')}}}};
  server->publish(make_snapshots("role", world));
  TestPeer deaf(server->port(), true);
  deaf.ask(kEndpoint, {"big"});
  EXPECT_TRUE(server.until([](const auto& counters) { return counters.streams_total == 2 && counters.streams == 1; }));
  EXPECT_TRUE(bystander.served("after"));
}

TEST(Hostile, HalfOpenStreamsEnd) {
  ServerOptions options;
  options.times.ask_within = std::chrono::milliseconds(300);
  TestServer server(options);
  Bystander bystander(server);
  TestPeer silent(server->port(), true);
  EXPECT_EQ(silent.stream.finish().error_code(), grpc::DEADLINE_EXCEEDED);
  TestPeer half(server->port(), true);
  half.ask(kEndpoint, {"a"});
  ASSERT_TRUE(half.receive());
  half.stream.half_close();
  EXPECT_TRUE(half.stream.finish().ok());
  EXPECT_TRUE(server.until([](const auto& counters) { return counters.streams == 1; }));
  EXPECT_TRUE(bystander.served("after"));
}

TEST(Hostile, AThousandConnectionsComeAndGo) {
  TestServer server;
  Bystander bystander(server);
  const auto come_and_go = [&](int times) {
    for (int i = 0; i < times; ++i) {
      TestPeer peer(server->port(), i % 2 == 0, "role", "node-" + std::to_string(i));
      peer.ask(kEndpoint, {"a"});
      ASSERT_TRUE(peer.receive()) << i;
    }
    EXPECT_TRUE(server.until([](const auto& counters) { return counters.streams == 1; }));
  };
  come_and_go(100);  // gRPC's own pools are as large as they get
  const auto before = resident_bytes();
  come_and_go(1000);
  EXPECT_EQ(server->nodes().size(), 1U);
  expect_growth_below(before, 16);
  EXPECT_TRUE(bystander.served("after"));
}

TEST(Hostile, TooManyStreamsAreRefused) {
  ServerOptions options;
  options.max_streams = 2;
  TestServer server(options);
  Bystander bystander(server);
  TestPeer second(server->port(), true);
  second.ask(kEndpoint, {"a"});
  ASSERT_TRUE(second.receive());
  TestPeer third(server->port(), true);
  EXPECT_EQ(third.stream.finish().error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(bystander.served("after"));
}

}  // namespace
}  // namespace solder::xds::testing::hostile_test

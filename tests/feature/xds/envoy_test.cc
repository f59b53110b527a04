// A real Envoy by delta and by state-of-the-world ADS: it starts, serves, follows changes without a failed request,
// keeps what it has over a restart of the server, and its refusals arrive with the names of what it refused.
#include <httplib.h>

#include <atomic>
#include <thread>

#include "core/services/message_types.h"
#include "tests/feature/xds/envoy_process.h"
#include "tests/feature/xds/server_fixture.h"

namespace solder::xds::testing::envoy_test {
namespace {

constexpr std::string_view kDirect =
    R"({"match":{"path":"/direct"},"direct_response":{"status":200,"body":{"inlineString":"BODY"}}})";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

// Answers every request with its own name.
class Backend {
 public:
  explicit Backend(const std::string& name) {
    server_.Get("/.*",
                [name](const httplib::Request&, httplib::Response& answer) { answer.set_content(name, "text/plain"); });
    server_.set_tcp_nodelay(true);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~Backend() {
    server_.stop();
    thread_.join();
  }
  [[nodiscard]] int port() const { return port_; }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

// The world as JSON by type and name.
class JsonWorld {
 public:
  explicit JsonWorld(const services::MessageTypes& types) : types_(types) {}

  void set(ResourceType type, const std::string& name, const std::string& json) {
    const auto wire = types_.json_to_wire(*types_.find(type_url(type)), json);
    ASSERT_TRUE(wire.ok()) << wire.status().message();
    resources_[type][name] = make_resource(name, base::Bytes(wire->bytes));
  }
  void drop(ResourceType type, const std::string& name) { resources_[type].erase(name); }

  void set_listener() {
    set(ResourceType::kListener, "listener", R"({"name":"listener",
      "address":{"socketAddress":{"address":"127.0.0.1","portValue":0}},
      "filterChains":[{"filters":[{"name":"envoy.filters.network.http_connection_manager","typedConfig":{
        "@type":"type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "statPrefix":"http","rds":{"configSource":{"ads":{},"resourceApiVersion":"V3"},"routeConfigName":"routes"},
        "httpFilters":[{"name":"envoy.filters.http.router","typedConfig":{
          "@type":"type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]})");
  }
  void set_routes(const std::string& body, const std::string& cluster, const std::string& extra = "") {
    const auto direct = replaced(std::string(kDirect), "BODY", body);
    set(ResourceType::kRoute, "routes",
        R"({"name":"routes","virtualHosts":[{"name":"all","domains":["*"],"routes":[)" + direct + extra +
            R"(,{"match":{"prefix":"/"},"route":{"cluster":")" + cluster + R"("}}]}]})");
  }
  void set_cluster(const std::string& name, int port, const std::string& timeout = "1s") {
    set(ResourceType::kCluster, name,
        R"({"name":")" + name + R"(","type":"EDS","connectTimeout":")" + timeout +
            R"(","edsClusterConfig":{"edsConfig":{"ads":{},"resourceApiVersion":"V3"}}})");
    set(ResourceType::kEndpoint, name,
        R"({"clusterName":")" + name +
            R"(","endpoints":[{"lbEndpoints":[{"endpoint":{"address":{"socketAddress":{"address":"127.0.0.1","portValue":)" +
            std::to_string(port) + "}}}}]}]}");
  }
  [[nodiscard]] std::shared_ptr<const SnapshotsByRole> snapshots() const {
    auto snapshot = std::make_shared<Snapshot>();
    for (const auto& [type, resources] : resources_) {
      ResourceSet& set = snapshot->types[static_cast<size_t>(type)];
      for (const auto& [name, resource] : resources) set = set.with(resource);
    }
    return std::make_shared<const SnapshotsByRole>(SnapshotsByRole{{"role", snapshot}});
  }

 private:
  const services::MessageTypes& types_;
  std::map<ResourceType, std::map<std::string, ResourcePtr, std::less<>>> resources_;
};

class WithEnvoy : public ::testing::TestWithParam<const char*> {
 protected:
  WithEnvoy() : world_(types_), server_(std::make_unique<TestServer>()) {
    world_.set_listener();
    world_.set_routes("hello", "first");
    world_.set_cluster("first", one_.port());
    publish();
    envoy_ = std::make_unique<EnvoyProcess>(ENVOY, (*server_)->port(), GetParam());
    EXPECT_TRUE(eventually([&] { return envoy_->listener_port() != 0 && envoy_->get("/direct") == "200 hello"; }))
        << envoy_->log();
  }
  void publish() { (*server_)->publish(world_.snapshots()); }

  services::MessageTypes types_;
  Backend one_{"one"}, two_{"two"};
  JsonWorld world_;
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<EnvoyProcess> envoy_;
};

// Keeps asking through Envoy from a thread of its own and counts what was not a 200.
class Traffic {
 public:
  Traffic(int port, std::string path)
      : thread_([this, port, path = std::move(path)] {
          httplib::Client client("127.0.0.1", port);
          client.set_keep_alive(true);
          client.set_tcp_nodelay(true);
          while (!stop_) {
            const auto answer = client.Get(path.c_str());
            ++sent_;
            if (!answer || answer->status != 200) ++failed_;
          }
        }) {}
  ~Traffic() { stop(); }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] int sent() const { return sent_; }
  [[nodiscard]] int failed() const { return failed_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> sent_{0}, failed_{0};
  std::thread thread_;
};

TEST_P(WithEnvoy, FollowsChanges) {
  EXPECT_EQ(envoy_->get("/x"), "200 one");
  world_.set_routes("hello again", "first");
  publish();
  EXPECT_TRUE(eventually([&] { return envoy_->get("/direct") == "200 hello again"; }));
  world_.set_cluster("first", two_.port());
  publish();
  EXPECT_TRUE(eventually([&] { return envoy_->get("/x") == "200 two"; }));
  EXPECT_TRUE(server_->take_refusals().empty());
}

TEST_P(WithEnvoy, MovesTrafficToANewClusterWithoutAFailedRequest) {
  Traffic traffic(envoy_->listener_port(), "/x");
  std::string from = "first";
  for (int i = 0; i < 20; ++i) {
    const std::string to = "next-" + std::to_string(i);
    const auto& backend = i % 2 == 0 ? two_ : one_;
    world_.set_cluster(to, backend.port());
    world_.set_routes(to, to);
    world_.drop(ResourceType::kCluster, from);
    world_.drop(ResourceType::kEndpoint, from);
    publish();
    ASSERT_TRUE(eventually([&] { return envoy_->get("/direct") == "200 " + to; })) << envoy_->log();
    ASSERT_TRUE(eventually([&, before = traffic.sent()] { return traffic.sent() >= before + 6; }));
    from = to;
  }
  // The one that is left and the static one of the bootstrap.
  EXPECT_TRUE(eventually([&] { return envoy_->stat("cluster_manager.active_clusters") == 2; }));
  traffic.stop();
  EXPECT_GT(traffic.sent(), 100);
  EXPECT_EQ(traffic.failed(), 0) << "of " << traffic.sent();
}

// Envoy gives up waiting for endpoints after 15 s; a changed cluster must not need that.
TEST_P(WithEnvoy, WarmsAChangedClusterAtOnce) {
  const auto start = std::chrono::steady_clock::now();
  world_.set_cluster("first", one_.port(), "2s");
  publish();
  EXPECT_TRUE(eventually([&] { return envoy_->stat("cluster_manager.cluster_modified") == 1; }));
  EXPECT_TRUE(eventually([&] { return envoy_->stat("cluster_manager.warming_clusters") == 0; }));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(envoy_->get("/x"), "200 one");
}

TEST_P(WithEnvoy, IsSentNothingByAServerThatWasStartedAgain) {
  const int port = (*server_)->port();
  Traffic traffic(envoy_->listener_port(), "/x");
  server_.reset();
  ServerOptions options;
  options.address = "127.0.0.1:" + std::to_string(port);
  server_ = std::make_unique<TestServer>(options);
  // It comes back before there is anything published, and must not be told that there is nothing.
  ASSERT_TRUE(server_->until([](const ServerCounters& counters) { return counters.streams == 1; }));
  publish();
  // Sent after what would have been repeated.
  world_.set_routes("after the restart", "first");
  publish();
  ASSERT_TRUE(eventually([&] { return envoy_->get("/direct") == "200 after the restart"; }));
  EXPECT_EQ((*server_)->counters().responses, 1U);
  EXPECT_EQ((*server_)->counters().resources_sent, 1U);
  traffic.stop();
  EXPECT_EQ(traffic.failed(), 0) << "of " << traffic.sent();
}

TEST_P(WithEnvoy, NamesWhatItRefuses) {
  world_.set_routes("refused", "first", R"(,{"match":{"prefix":"/bad"},"directResponse":{"status":1000}})");
  publish();
  std::vector<Refusal> refusals;
  ASSERT_TRUE(eventually([&] {
    refusals = server_->take_refusals();
    return !refusals.empty();
  }));
  EXPECT_EQ(refusals[0].type, ResourceType::kRoute);
  EXPECT_EQ(refusals[0].names, std::vector<std::string>{"routes"});
  EXPECT_EQ(refusals[0].node_id, "envoy-under-test");
  EXPECT_NE(refusals[0].message.find("1000"), std::string::npos) << refusals[0].message;
  EXPECT_EQ(envoy_->get("/direct"), "200 hello");
  world_.set_routes("mended", "first");
  publish();
  EXPECT_TRUE(eventually([&] { return envoy_->get("/direct") == "200 mended"; }));
}

std::string test_name(const ::testing::TestParamInfo<const char*>& info) {
  return info.param == std::string("GRPC") ? "StateOfTheWorld" : "Delta";
}

INSTANTIATE_TEST_SUITE_P(Ads, WithEnvoy, ::testing::Values("DELTA_GRPC", "GRPC"), test_name);

}  // namespace
}  // namespace solder::xds::testing::envoy_test

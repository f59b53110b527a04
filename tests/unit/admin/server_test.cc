// The admin pages over HTTP.
#include "core/admin/server.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace solder::admin::server_test {
namespace {

constexpr auto kReports = R"([{"kind":"Upstream","namespace":"n","name":"a","state":"Accepted"},
                              {"kind":"Upstream","namespace":"n","name":"b","state":"Rejected"}])";

class AdminPages : public ::testing::Test {
 protected:
  void SetUp() override {
    Handlers handlers;
    handlers.ready = [this] { return ready; };
    handlers.metrics = [] { return std::string("solder_objects 2\n"); };
    handlers.snapshot = [this] { return snapshot; };
    handlers.status = [] { return std::string(kReports); };
    handlers.plugins = []() -> std::string { throw std::runtime_error("broken"); };
    auto started = Server::start("127.0.0.1:0", handlers);
    ASSERT_TRUE(started.ok()) << started.status().message();
    server = std::move(*started);
    client = std::make_unique<httplib::Client>("127.0.0.1", server->port());
  }

  base::Status ready;
  base::Result<std::string> snapshot = std::string("{}");
  std::unique_ptr<Server> server;
  std::unique_ptr<httplib::Client> client;
};

TEST_F(AdminPages, HealthAndReadiness) {
  EXPECT_EQ(client->Get("/healthz")->status, 200);
  EXPECT_EQ(client->Get("/readyz")->status, 200);
  ready = base::unavailable("files are being read");
  const auto answer = client->Get("/readyz");
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "not ready: files are being read\n");
  EXPECT_EQ(client->Get("/healthz")->status, 200);
}

TEST_F(AdminPages, MetricsSnapshotAndIndex) {
  const auto metrics = client->Get("/metrics");
  EXPECT_EQ(metrics->body, "solder_objects 2\n");
  EXPECT_EQ(metrics->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(client->Get("/snapshot")->body, "{}");
  snapshot = base::unavailable("there is none yet");
  EXPECT_EQ(client->Get("/snapshot")->status, 503);
  const auto index = client->Get("/");
  EXPECT_EQ(index->get_header_value("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(index->body.find("/readyz"), std::string::npos);
}

TEST_F(AdminPages, StatusIsFiltered) {
  EXPECT_EQ(nlohmann::json::parse(client->Get("/status")->body).size(), 2u);
  const auto rejected = nlohmann::json::parse(client->Get("/status?state=Rejected&kind=Upstream")->body);
  ASSERT_EQ(rejected.size(), 1u);
  EXPECT_EQ(rejected[0]["name"], "b");
  const auto unknown = client->Get("/status?stat=Rejected");
  EXPECT_EQ(unknown->status, 400);
  EXPECT_NE(unknown->body.find("stat"), std::string::npos);
}

TEST_F(AdminPages, UnknownPathsMethodsAndFailuresAreNamed) {
  const auto missing = client->Get("/nothing");
  EXPECT_EQ(missing->status, 404);
  EXPECT_TRUE(nlohmann::json::parse(missing->body).contains("error"));
  const auto post = client->Post("/status", "x", "text/plain");
  EXPECT_EQ(post->status, 405);
  EXPECT_EQ(post->get_header_value("Allow"), "GET, HEAD");
  EXPECT_EQ(client->Delete("/")->status, 405);
  EXPECT_EQ(client->Get("/plugins")->status, 500);
}

TEST_F(AdminPages, HeadHasNoBody) {
  const auto head = client->Head("/metrics");
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
}

TEST_F(AdminPages, AHostOfAnotherNameIsRefused) {
  EXPECT_EQ(client->Get("/status", {{"Host", "evil.example"}})->status, 403);
  EXPECT_EQ(client->Get("/status", {{"Host", "evil.example:80"}})->status, 403);
  EXPECT_EQ(client->Get("/status", {{"Host", "localhost:9091"}})->status, 200);
  EXPECT_EQ(client->Get("/status", {{"Host", "[::1]:9091"}})->status, 200);
}

TEST_F(AdminPages, ATakenPortIsSaid) {
  const std::string address = "127.0.0.1:" + std::to_string(server->port());
  const auto second = Server::start(address, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().message(),
            "admin address " + address +
                ": the port is taken by another process; stop it or choose another with --admin-address");
}

TEST(AdminServer, OnEveryAddressAnyHostMayBeNamed) {
  const auto server = Server::start("0.0.0.0:0", {});
  ASSERT_TRUE(server.ok()) << server.status().message();
  httplib::Client client("127.0.0.1", (*server)->port());
  EXPECT_EQ(client.Get("/healthz", {{"Host", "solder.example"}})->status, 200);
  EXPECT_EQ(client.Get("/metrics")->status, 404);
  EXPECT_EQ(client.Get("/readyz")->status, 200);
}

TEST(AdminServer, ABadAddressIsSaid) {
  EXPECT_FALSE(Server::start("nonsense", {}).ok());
  EXPECT_FALSE(Server::start("203.0.113.1:0", {}).ok());
}

TEST(AdminServer, StopsAtOnceAndTwice) {
  for (int i = 0; i < 20; ++i) {
    auto server = Server::start("127.0.0.1:0", {});
    ASSERT_TRUE(server.ok());
    (*server)->stop();
    (*server)->stop();
  }
}

}  // namespace
}  // namespace solder::admin::server_test

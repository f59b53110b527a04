// A server in this process on a free port, and what tests ask of it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/xds/server.h"
#include "tests/feature/xds/grpc_client.h"
#include "tests/feature/xds/test_client.h"
#include "tests/feature/xds/test_world.h"

namespace solder::xds::testing {

class TestServer {
 public:
  explicit TestServer(ServerOptions options = {}) {
    if (options.address == ServerOptions().address) options.address = "127.0.0.1:0";
    auto server = Server::start(options, [this](const Refusal& refusal) {
      const std::lock_guard lock(mutex_);
      refusals_.push_back(refusal);
    });
    EXPECT_TRUE(server.ok()) << server.status().message();
    server_ = std::move(*server);
  }
  ~TestServer() { server_->shutdown(5000); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Server* operator->() { return server_.get(); }
  std::vector<Refusal> take_refusals() {
    const std::lock_guard lock(mutex_);
    return std::exchange(refusals_, {});
  }
  // Once so many came: the server tells of a refusal after it counted it. 20 s at most.
  std::vector<Refusal> wait_for_refusals(size_t count) {
    std::vector<Refusal> all;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (all.size() < count && std::chrono::steady_clock::now() < end) {
      for (auto& refusal : take_refusals()) all.push_back(std::move(refusal));
      std::this_thread::yield();
    }
    return all;
  }
  // Until `holds` is true of the counters, by looking again; 20 s at most.
  bool until(const std::function<bool(const ServerCounters&)>& holds) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds(server_->counters())) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::vector<Refusal> refusals_;
  std::unique_ptr<Server> server_;
};

// A client on a stream of its own.
class TestPeer {
 public:
  TestPeer(int port, bool delta, const std::string& role = "role", const std::string& node_id = "node")
      : client(delta, role, node_id), channel(connect(port)), stream(channel, delta ? kDeltaAds : kSotwAds) {}

  bool ask(ResourceType type, const std::vector<std::string>& names = {}) {
    return stream.send(client.ask(type, names));
  }
  bool acknowledge(ResourceType type, const std::optional<std::string>& refusal = {}) {
    return stream.send(client.acknowledge(type, refusal));
  }
  std::optional<TestResponse> receive(std::chrono::milliseconds patience = std::chrono::milliseconds(20'000)) {
    const auto wire = stream.receive(patience);
    return wire ? std::optional(client.read(*wire)) : std::nullopt;
  }

  TestClient client;
  std::shared_ptr<grpc::Channel> channel;
  GrpcStream stream;
};

}  // namespace solder::xds::testing

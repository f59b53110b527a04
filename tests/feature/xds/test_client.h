// What an xDS client remembers and says, without a transport: builds requests, reads responses. One a stream; hold()
// carries over what a client keeps when it connects again.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/xds/snapshot.h"
#include "tests/feature/xds/test_world.h"

namespace solder::xds::testing {

struct TestResponse {
  ResourceType type{};
  std::string version, nonce;
  Values resources;
  std::map<std::string, std::string> versions;  // delta: of each resource
  std::vector<std::string> removed;
};

class TestClient {
 public:
  explicit TestClient(bool delta, std::string role = "role", std::string node_id = "node")
      : delta_(delta), role_(std::move(role)), node_id_(std::move(node_id)) {}

  // Asks for these names; those with a "-" before them are given up. The first request of a type, when `resume` is
  // set, says what the client holds.
  std::string ask(ResourceType type, const std::vector<std::string>& names, bool resume = false);
  // Says what became of the last response; or of the one before it, or of another nonce.
  std::string acknowledge(ResourceType type, const std::optional<std::string>& refusal = {},
                          const std::optional<std::string>& nonce = {});
  TestResponse read(std::string_view wire);
  // A new stream of the same client.
  void reconnect();

  [[nodiscard]] const std::string& nonce(ResourceType type) const { return types_.at(type).nonce; }
  [[nodiscard]] const std::string& previous_nonce(ResourceType type) const { return types_.at(type).previous_nonce; }

 private:
  struct Type {
    std::set<std::string> names;
    std::string nonce, previous_nonce, version, accepted_version;
    std::map<std::string, std::string> held;  // delta: name → version
    bool asked = false;
  };

  std::string sotw_request(ResourceType type, const std::optional<std::string>& refusal, const std::string& nonce);
  void add_node(std::string& wire, uint32_t field);

  bool delta_;
  std::string role_;
  std::string node_id_;
  bool node_sent_ = false;
  std::map<ResourceType, Type> types_;
};

}  // namespace solder::xds::testing

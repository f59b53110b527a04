// Solder's identity in Consul's service mesh: the certificate of a service, which the agent renews, and the mesh's
// authorities, as one Secret that upstreams of sidecar proxies are reached with. Both come by blocking queries, so that
// what rotates reaches Envoys by SDS alone. Tested by tests/e2e/consul_connect_test.py.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api.h"
#include "blocking_query.h"
#include "solder/sdk/objects.hpp"

namespace solder::plugins::consul {

inline constexpr const char* kConnectSecret = "consul-connect";  // in the namespace that is written

class Connect {
 public:
  // All outlive it. `changed`: the identity was put for the first time, or other troubles than before.
  Connect(const sdk::Host& host, Api& api, const sdk::Objects& objects, std::function<void()> changed);
  Connect(const Connect&) = delete;
  Connect& operator=(const Connect&) = delete;

  void start();
  [[nodiscard]] bool settled() const { return put_ || leaf_.given_up() || roots_.given_up(); }
  [[nodiscard]] std::vector<Trouble> troubles() const;

 private:
  void take_leaf(const Reply& reply);
  void take_roots(const Reply& reply);
  void put();

  Api& api_;
  const sdk::Objects& objects_;
  const std::function<void()> changed_;
  std::string certificate_, key_, authorities_;
  bool put_ = false;
  BlockingQuery leaf_, roots_;
};

}  // namespace solder::plugins::consul

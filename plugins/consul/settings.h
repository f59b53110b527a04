// What the operator says of Consul: the plugin's configuration. Names are those of Gloo's Settings (`consul`,
// `consulKvSource`, `consulDiscovery`) where they have one. Secrets stand in files, which the host reads for each
// request. Tested by tests/unit/consul/settings_test.cc.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "solder/sdk/json.hpp"

namespace solder::plugins::consul {

// How fresh what Consul says has to be.
enum class Consistency { kDefault, kStale, kConsistent };
Consistency consistency_of(std::string_view mode);  // "StaleMode", as Gloo spells it
// The query parameter, "" for the default.
const char* parameter_of(Consistency mode);

// An Upstream for each service.
struct UpstreamDiscovery {
  bool on = false;
  bool tls_tagging = false, split_tls = false;
  std::string tls_tag = "glooUseTls", ca_name, ca_namespace;
  std::vector<std::string> allowed_tags;  // empty: all services
  bool write_upstreams = false;           // "shop" beside "consul-svc:shop"
};

struct Settings {
  std::string address = "http://127.0.0.1:8500";  // without a slash at the end
  std::string data_center;                        // empty: the agent's own
  std::string token_file, ca_file, certificate_file, key_file;
  bool unverified = false;
  std::chrono::milliseconds wait = std::chrono::minutes(5);
  Consistency consistency = Consistency::kDefault;
  size_t most_waiting = 4000;  // blocking queries at one time

  bool kv = false;
  std::string root = "gloo", status_root = "gloo/status";
  bool statuses = true;
  bool lease = false;  // several Solders may have these objects: one of them leads; unset: with objects in Consul
  std::string write_namespace = "gloo-system";  // where upstreams are written, and whose statuses these are

  std::vector<std::string> data_centers;  // in which services are looked for; empty: in all
  UpstreamDiscovery discovery;
  enum class Health { kPassing, kWarning, kAny } health = Health::kPassing;  // what gets requests

  std::string connect_service;  // whose identity Solder has in the mesh; empty: none

  std::string dns_address;                  // "127.0.0.1:8600"; empty: Envoys resolve names as their machine does
  std::chrono::milliseconds dns_period{0};  // 0: what Settings say

  // Below which Solder keeps what is its own: who leads, and what all of them share.
  [[nodiscard]] std::string own_root() const { return "solder/" + root; }
};

// An IP address and a port: a name would have to be resolved first.
bool is_dns_address(std::string_view text);

// Throws std::invalid_argument: what is wrong, for the operator.
Settings read_settings(const sdk::Json& config);

}  // namespace solder::plugins::consul

// What the operator says of Cloud Foundry: the plugin's configuration, a list of foundations. Secrets stand in files,
// which are read anew for each login, or in Secrets, which the host puts into requests. Tested by
// tests/unit/cloud_foundry/settings_test.cc.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "solder/sdk/json.hpp"

namespace solder::plugins::cloud_foundry {

// An Upstream for each app.
struct UpstreamDiscovery {
  std::vector<std::string> orgs, spaces;  // by name; empty: all that may be read
  std::string label_selector;             // of the apps, as the Cloud Controller reads it
  std::string write_namespace = "gloo-system";

  auto operator<=>(const UpstreamDiscovery&) const = default;
};

// Where routes' hosts are reached. Without an address: at their own.
struct Router {
  std::string address;
  uint64_t port = 443;
  bool tls = true;

  auto operator<=>(const Router&) const = default;
};

struct Foundation {
  std::string name;
  std::string api, uaa;  // without a slash at the end; no uaa: the one that the API names
  // Either of them. A file with {username, password}, {clientId, clientSecret} or {refreshToken}; or a Secret with an
  // access token as `token`.
  std::string credentials_file;
  std::string secret_ns, secret_name;
  std::string ca_file;
  bool unverified = false;
  std::chrono::milliseconds period = std::chrono::seconds(30);
  size_t requests_per_minute = 60;
  Router router;
  std::optional<UpstreamDiscovery> upstreams;

  auto operator<=>(const Foundation&) const = default;
};

struct Settings {
  std::vector<Foundation> foundations;
  std::string dns_address;  // "169.254.0.2:53"; empty: Envoys resolve names as their machine does
  std::chrono::milliseconds dns_period = std::chrono::seconds(5);

  // By its name; without one the only foundation there is. Null: there is none such.
  [[nodiscard]] const Foundation* find(const std::string& name) const;
};

// How many requests a minute each may make of those who find endpoints and those who find upstreams.
size_t share_of(const Foundation& foundation);

// Throws std::invalid_argument: what is wrong, for the operator.
Settings read_settings(const sdk::Json& config);

// "https://api.example.org" out of what a user wrote; nothing: it is no such address.
std::optional<std::string> base_url(const std::string& text);

}  // namespace solder::plugins::cloud_foundry

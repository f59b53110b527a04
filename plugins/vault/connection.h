// Requests to one Vault: with its namespace and token, over TLS by files, after a standby's redirect to the one that is
// active. Tested by tests/e2e/vault_test.py.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"
#include "source_settings.h"

namespace solder::plugins::vault {

// Why something cannot be had; the same of many is one problem.
struct Failure {
  std::string reason, message, expected;

  auto operator<=>(const Failure&) const = default;
};

struct Request {
  std::string method = "GET", path;  // below /v1/
  std::string body{};
  bool with_token = true;
};

class Connection {
 public:
  using Then = std::function<void(const sdk::HttpAnswer&)>;

  // Both must outlive it.
  Connection(sdk::Http& http, const SourceSettings& settings) : http_(http), settings_(settings) {}
  ~Connection() { cancel(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Empty: the token in the settings' file, where there is one.
  void set_token(std::string token) { token_ = std::move(token); }
  // False: the host has no room for it now, and `then` is not called.
  bool send(const Request& request, Then then);
  // Nothing that is under way is answered any more.
  void cancel();
  // What stands in the way where the answer is no 2xx; the path is named where Vault says no more.
  [[nodiscard]] Failure failure_of(const sdk::HttpAnswer& answer, const std::string& doing) const;

 private:
  bool send_to(const std::string& url, const Request& request, int redirects, Then then);

  sdk::Http& http_;
  const SourceSettings& settings_;
  std::string token_;
  std::set<sdk::Http::Id> under_way_;
};

// The part `data` of Vault's answer; null where it is none.
sdk::Json data_of(const sdk::HttpAnswer& answer);

}  // namespace solder::plugins::vault

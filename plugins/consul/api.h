// Requests to Consul's HTTP API, and how many of them may wait there at one time. Who asks is said by files, which the
// host reads for each request: tokens and certificates rotate as they like. Tested by tests/e2e/consul_kv_test.py.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "settings.h"
#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"

namespace solder::plugins::consul {

// Why something of Consul cannot be had; the same of many is one problem.
struct Trouble {
  std::string reason, message, expected;

  auto operator<=>(const Trouble&) const = default;
};

// Lives for the function that it is given to.
struct Reply {
  solder_status status = SOLDER_OK;  // OK: there was an answer
  uint32_t code = 0;
  std::string_view message, body, retry_after;
  uint64_t index = 0;     // X-Consul-Index
  bool filtered = false;  // the token may not see all of it

  [[nodiscard]] bool answered() const { return status == SOLDER_OK; }
  [[nodiscard]] bool ok() const { return answered() && code >= 200 && code < 300; }
  // What Consul, or whoever failed on the way to it, says; one short line.
  [[nodiscard]] std::string words() const;
};

// "a/b c" → "a/b%20c": a key as it stands in a URL.
std::string in_url(std::string_view text, bool keep_slashes);

class Api {
 public:
  using Then = std::function<void(const Reply&)>;
  using Id = sdk::Http::Id;

  Api(const sdk::Host& host, const Settings& settings) : settings_(settings), http_(host) {}
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  struct Request {
    const char* method = "GET";
    std::string path;  // "/v1/kv/gloo?keys"
    std::string body = {};
    std::chrono::milliseconds timeout = std::chrono::seconds(30);
    bool waits = false;  // a blocking query
  };
  solder_status send(const Request& request, Then then, Id* id = nullptr);
  void cancel(Id id) { http_.cancel(id); }

  // What is wrong where the answer is not what was asked for.
  [[nodiscard]] Trouble trouble_of(const Reply& reply, const std::string& what) const;
  [[nodiscard]] const Settings& settings() const { return settings_; }

  // A place for one more blocking query; where there is none now, `later` runs once there is. `owner` names it.
  bool take_place(const void* owner, std::function<void()> later);
  void leave_place();
  void forget(const void* owner);
  // Consul takes no more connections: fewer wait from now on.
  void fewer();
  [[nodiscard]] bool crowded() const { return !queue_.empty(); }
  [[nodiscard]] bool limited() const { return limited_; }

 private:
  const Settings& settings_;
  sdk::Http http_;
  size_t waiting_ = 0, most_ = 0;
  bool limited_ = false;
  std::deque<std::pair<const void*, std::function<void()>>> queue_;
};

}  // namespace solder::plugins::consul

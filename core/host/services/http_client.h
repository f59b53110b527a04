// HTTP requests of all plugins, by libcurl's multi interface on one thread. Knows nothing of plugins and Secrets: a
// request comes here with everything in it. Follows no redirect. Tested by tests/unit/host/http_client_test.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"

namespace solder::host {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url{};
  HttpHeaders headers{};
  std::string body{};
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  size_t max_body = size_t{8} << 20;
  std::string ca_pem{}, certificate_pem{}, key_pem{};  // empty: the machine's authorities, no certificate
  bool verify = true;
  bool http2 = false;  // from the first byte
  // Not empty: takes the body of a 2xx answer as it arrives, in the client's thread; `timeout` is that of connecting
  // alone then, and a silence of `idle` ends the answer. False: not now; the same bytes come again after resume().
  std::function<bool(std::string_view)> piece{};
  std::chrono::seconds idle{300};
};

struct HttpAnswer {
  base::Status status{};  // ok: there is an answer
  uint32_t code = 0;
  HttpHeaders headers{};  // names in small letters
  std::string body{};
};

// Ok where the request could be sent.
base::Status check_request(const HttpRequest& request);

class HttpClient {
 public:
  using Done = std::function<void(HttpAnswer)>;

  HttpClient();
  // Drops what is under way. May run in the client's thread too.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // `done` runs in the client's thread, and must be short. [any thread]
  uint64_t send(HttpRequest request, Done done);
  // `done` may be running already, else it does not run any more. [any thread]
  void cancel(uint64_t id);
  // Its `piece` takes bytes again. [any thread]
  void resume(uint64_t id);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // its thread holds it as well
};

}  // namespace solder::host

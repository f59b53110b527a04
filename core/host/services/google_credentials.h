// Google's tokens: ID tokens for an audience, and access tokens, by a service account's key (the JWT bearer grant) or
// by the machine's metadata server. Kept until they are to be renewed. Nothing here is logged. Any thread; `done` runs
// at once or in the HTTP client's thread. Tested by tests/unit/host/google_credentials_test.cc.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/host/services/http_client.h"

namespace solder::host {

struct GoogleSource {
  std::string key_json{};  // of the service account; empty: the metadata server of the machine
  std::string audience{};  // of an ID token; empty: an access token for `scope`
  std::string scope{};
};

struct GoogleToken {
  std::string text;
  std::chrono::system_clock::time_point expires{};
  std::chrono::system_clock::time_point renew{};  // before it expires
};

class GoogleCredentials {
 public:
  using Done = std::function<void(const base::Result<GoogleToken>&)>;
  using Send = std::function<void(HttpRequest, HttpClient::Done)>;
  using Environment = std::function<std::string(const char*)>;
  using Now = std::function<std::chrono::system_clock::time_point()>;

  GoogleCredentials(Send send, Environment environment, Now now);

  // PERMISSION_DENIED: Google, or the metadata server, gave none; FAILED_PRECONDITION: the key cannot be used.
  void get(const GoogleSource& source, const Done& done);

 private:
  struct Kept {
    GoogleToken token;
    std::vector<Done> waiting;  // not empty: it was asked for
  };

  [[nodiscard]] base::Result<HttpRequest> ask(const GoogleSource& source) const;
  void answered(const std::string& name, const GoogleSource& source, const HttpAnswer& answer);
  [[nodiscard]] base::Result<GoogleToken> read(const GoogleSource& source, const HttpAnswer& answer) const;

  const Send send_;
  const Environment environment_;
  const Now now_;
  // By how much the servers' clock is ahead of this machine's, as their last answer said. Assertions are made, and
  // expiry is told, by theirs.
  [[nodiscard]] std::chrono::seconds ahead() const { return std::chrono::seconds(ahead_.load()); }
  void compare_clocks(const HttpAnswer& answer);
  [[nodiscard]] std::string about_clock() const;

  std::atomic<int64_t> ahead_ = 0;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace solder::host

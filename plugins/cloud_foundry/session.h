// A token of UAA: had by a password or by a client's credentials, renewed by a refresh token where there is one, else
// anew, when two thirds of its time have passed or the Cloud Controller does not take it any more. Credentials are read
// from their file for each login and kept nowhere. Tested by tests/e2e/cloud_foundry_tokens_test.py.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "answers.h"
#include "settings.h"
#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"

namespace solder::plugins::cloud_foundry {

// Files with authorities and the like, as requests name them; `foundation` outlives it.
class Identity {
 public:
  explicit Identity(const Foundation& foundation);
  // Null: whom the machine trusts.
  [[nodiscard]] const solder_http_identity* get() const { return used_ ? &identity_ : nullptr; }

 private:
  solder_http_identity identity_{};
  bool used_ = false;
};

class Session {
 public:
  using Clock = std::chrono::steady_clock;

  // What came of one step towards a token.
  enum class Outcome {
    kDone,     // of this step
    kRefused,  // who asks is not known
    kFailed    // maybe later
  };
  using Then = std::function<void(Outcome, const std::string& why, std::chrono::seconds pause)>;

  // Both outlive it.
  Session(const sdk::Host& host, const Foundation& foundation) : host_(host), foundation_(foundation) {}

  // A Secret with a token needs no session.
  [[nodiscard]] bool is_needed() const { return !foundation_.credentials_file.empty(); }
  [[nodiscard]] bool has_token(Clock::time_point now) const { return !token_.empty() && now < renew_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  // It was not taken.
  void drop_token() { token_.clear(); }

  // One request on the way to a token. Not OK: the host has no room for it now.
  solder_status step(sdk::Http& http, sdk::Http::Id* id, Then then);

 private:
  struct Login {
    std::string form, basic;  // the latter "client:secret"
  };

  solder_status find_uaa(sdk::Http& http, sdk::Http::Id* id, Then then);
  solder_status log_in(sdk::Http& http, sdk::Http::Id* id, Then then);
  Login read_login();
  void logged_in(const sdk::HttpAnswer& answer, bool refreshing, const Then& then);

  const sdk::Host host_;
  const Foundation& foundation_;
  std::string uaa_, token_, refresh_token_, refreshed_for_;  // the latter: whose refresh token that is
  Clock::time_point renew_;
};

// Percent-encoded, for a form.
std::string form_value(const std::string& text);

}  // namespace solder::plugins::cloud_foundry

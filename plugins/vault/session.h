// Who asks Vault: a token that is given, or one that is had by logging in. It is renewed when two thirds of its time
// have passed; where that is not possible any more, or Vault does not know it any more, a new one is had.
// Tested by tests/e2e/vault_test.py.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "connection.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::vault {

class Session {
 public:
  struct Ends {
    std::function<void()> ready;    // there is a token, or another one
    std::function<void()> changed;  // another problem than before
  };

  // All must outlive it.
  Session(const sdk::Host& host, Connection& connection, const SourceSettings& settings, Ends ends);

  void start();
  // Nothing that was asked with it was allowed: `valid` is called where the token is good all the same, so that a
  // policy is missing. Else it has a problem, and ready() comes when there is another one.
  void doubt(std::function<void()> valid);
  // What was asked with it was allowed.
  void worked();
  [[nodiscard]] const std::optional<Failure>& problem() const { return problem_; }

 private:
  void log_in();
  std::string login_body();
  void logged_in(const sdk::HttpAnswer& answer);
  void tend();
  void looked_up(const sdk::HttpAnswer& answer);
  void renew();
  void renewed(const sdk::HttpAnswer& answer);
  void failed(Failure failure, std::string_view retry_after, std::function<void()> again);
  void set_problem(std::optional<Failure> problem);

  const sdk::Host host_;
  Connection& connection_;
  const SourceSettings& settings_;
  const Ends ends_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;
  bool doubting_ = false;
  bool fresh_ = true;                    // of doubt: a new login has not been tried since it worked
  std::chrono::seconds whole_lease_{0};  // what logging in gave
  std::optional<Failure> problem_;
};

// The text of a value, from its file where it stands in one. Throws std::runtime_error with the reason.
std::string read_value(const sdk::Host& host, const Value& value);

}  // namespace solder::plugins::vault

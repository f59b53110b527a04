// Keys of AWS's that Vault makes for a time: their lease is renewed while Vault does so, and others are had before it
// ends. Those that there were stay until then. Tested by tests/e2e/vault_test.py.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "connection.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::vault {

class AwsKeys {
 public:
  // All must outlive it. `changed`: other keys, or another problem.
  AwsKeys(const sdk::Host& host, Connection& connection, const AwsKeysWish& wish, bool keep_on_disk,
          std::function<void()> changed);

  // There is a token, or another one: what was leased by the one before ends with it.
  void start();
  [[nodiscard]] const AwsKeysWish& wish() const { return wish_; }
  // The Secret as JSON; empty: there are none yet.
  [[nodiscard]] const std::string& json() const { return json_; }
  [[nodiscard]] const std::optional<Failure>& problem() const { return problem_; }

 private:
  void ask();
  void take(const sdk::HttpAnswer& answer);
  void renew();
  void renewed(const sdk::HttpAnswer& answer);
  void failed(Failure failure);

  Connection& connection_;
  const AwsKeysWish wish_;
  const bool keep_on_disk_;
  const std::function<void()> changed_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;
  uint64_t asked_ = 0;  // answers to earlier questions do not count
  std::string lease_id_, json_;
  std::chrono::seconds whole_lease_{0};
  std::optional<Failure> problem_;
};

}  // namespace solder::plugins::vault

// One Vault: its session, the Secrets that it has, and keys that it makes. It is polled, the later the longer it does
// not answer; what was known stays meanwhile. Tested by tests/e2e/vault_test.py.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aws_keys.h"
#include "secret_tree.h"
#include "session.h"

namespace solder::plugins::vault {

class Source {
 public:
  struct Ends {
    std::function<void(const Name&)> changed;  // get() gives something else than before
    std::function<void()> told;                // settled, or other problems than before
  };

  Source(const sdk::Host& host, sdk::Http& http, SourceSettings settings, std::chrono::milliseconds period,
         bool keep_on_disk, Ends ends);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  void start() { session_.start(); }
  [[nodiscard]] const SourceSettings& settings() const { return settings_; }
  // All that may be read was read once.
  [[nodiscard]] bool settled() const;
  // Of a part it is not known what there is.
  [[nodiscard]] bool partly() const { return tree_.refused() || !tree_.problems().empty(); }
  [[nodiscard]] const std::string* get(const Name& name) const;
  [[nodiscard]] std::vector<Name> names() const;
  [[nodiscard]] std::vector<Failure> problems() const;

 private:
  void ready();
  void poll();
  void polled();
  void wait(std::chrono::milliseconds pause);

  const SourceSettings settings_;
  const std::chrono::milliseconds period_;
  const Ends ends_;
  Connection connection_;
  Session session_;
  SecretTree tree_;
  std::vector<std::unique_ptr<AwsKeys>> keys_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;
  std::chrono::steady_clock::time_point began_;
  bool polling_ = false, again_ = false, read_ = false;
};

}  // namespace solder::plugins::vault

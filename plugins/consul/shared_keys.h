// What all Solders on one Consul share (the operation `share` of solder.config-watcher/1): each entry at a key of its
// own in the KV store, beside the lock. The one that leads writes what is new and takes away what is not wanted any
// more, in transactions that fail unless it still leads and saw the newest; all of them read (kind_keys.h). Tested by
// tests/e2e/consul_replicas_test.py.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api.h"
#include "lock.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/inputs.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::consul {

inline constexpr const char* kSharedKind = "SharedEntry";
inline constexpr const char* kSharedVersion = "solder.io/v1";

class SharedKeys {
 public:
  // All outlive it. `prefix`: of the keys. `changed`: something else is in the way.
  SharedKeys(const sdk::Host& host, Api& api, Lock& lock, std::string prefix, std::function<void()> changed);
  SharedKeys(const SharedKeys&) = delete;
  SharedKeys& operator=(const SharedKeys&) = delete;

  // What stands at a key now; 0: nothing.
  void read(const std::string& name, uint64_t modified, std::string_view value);
  // All that there is to be.
  void want(const std::vector<sdk::SharedEntry>& entries);
  // It leads now, perhaps.
  void look();
  [[nodiscard]] std::vector<Trouble> troubles() const;

 private:
  struct There {
    uint64_t modified = 0;
    std::string value;
  };
  using Written = std::map<std::string, std::string>;  // by name; empty: taken away

  [[nodiscard]] Written to_write() const;
  void write();
  void written(const Written& what, const Reply& reply);
  void done(const Written& what, const sdk::Json& answer);
  void set_trouble(std::optional<Trouble> trouble);

  Api& api_;
  Lock& lock_;
  const std::string prefix_;
  const std::function<void()> changed_;
  sdk::Timer timer_;
  sdk::Backoff backoff_;
  std::map<std::string, There> there_;
  std::optional<std::map<std::string, std::string>> wanted_;  // none: nothing is known of it yet
  bool under_way_ = false;
  std::optional<Trouble> trouble_, too_large_;
};

}  // namespace solder::plugins::consul

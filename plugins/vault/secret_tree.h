// The Secrets below one key of a KV secrets engine, version 1 or 2, in Gloo's layout:
// <prefix>[/data|/metadata]/<root>/gloo.solo.io/v1/Secret/<namespace>/<name>. Each poll lists them and reads what has
// another version than before. What cannot be read stays what it was. Tested by tests/e2e/vault_test.py.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connection.h"
#include "solder/sdk.hpp"

namespace solder::plugins::vault {

using Name = std::pair<std::string, std::string>;  // namespace, name

class SecretTree {
 public:
  struct Ends {
    std::function<void(const Name&)> changed;  // get() gives something else than before
    std::function<void()> polled;
  };

  // All must outlive it.
  SecretTree(Connection& connection, const SourceSettings& settings, bool keep_on_disk, Ends ends)
      : connection_(connection), settings_(settings), keep_on_disk_(keep_on_disk), ends_(std::move(ends)) {}

  // One at a time.
  void poll();

  // The Secret as JSON, or null.
  [[nodiscard]] const std::string* get(const Name& name) const;
  [[nodiscard]] std::vector<Name> names() const;
  // Of the last poll: why it was given up; what may not be read; what is no Secret.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  [[nodiscard]] const std::vector<Failure>& problems() const { return problems_; }
  // Whether something was allowed, or refused.
  [[nodiscard]] bool allowed() const { return allowed_; }
  [[nodiscard]] bool refused() const { return !refused_.empty(); }

 private:
  struct Known {
    std::string version;  // with the time when it was made; empty: not known
    std::string json;
  };
  using Step = std::function<void(const sdk::HttpAnswer&)>;

  void ask(std::string path, Step step);
  void next();
  void settle();
  bool stops(const sdk::HttpAnswer& answer, const std::string& doing);
  void look_at_mount();
  void take_mount(const sdk::HttpAnswer& answer);
  void list(const std::string& ns);
  void take_list(const std::string& ns, const sdk::HttpAnswer& answer);
  void look_at(const Name& name);
  void take_metadata(const Name& name, const sdk::HttpAnswer& answer);
  void read(const Name& name);
  void take_data(const Name& name, const sdk::HttpAnswer& answer);
  void put(const Name& name, const std::string& version, const sdk::Json& data);
  void drop(const Name& name);
  void misread(const std::string& path);
  void refuse(const std::string& path, const char* capability);
  void add_problem(const char* reason, std::string message, std::string expected);
  [[nodiscard]] std::string path_of(const char* part, const std::string& below) const;

  Connection& connection_;
  const SourceSettings& settings_;
  const bool keep_on_disk_;
  const Ends ends_;
  std::map<Name, Known> known_;
  uint64_t kv_version_ = 2;  // as Gloo takes for granted
  bool mount_known_ = false;

  // Of this poll.
  std::deque<std::pair<std::string, Step>> waiting_;
  size_t running_ = 0;
  bool polling_ = false;
  std::set<Name> listed_;
  std::set<std::string> complete_;  // namespaces whose list is whole; "": that of namespaces
  std::set<std::string> namespaces_;
  std::map<std::string, std::string> refused_;  // path → capability
  std::optional<Failure> failure_;
  std::vector<Failure> problems_;
  bool allowed_ = false;
};

}  // namespace solder::plugins::vault

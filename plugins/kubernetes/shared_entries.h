// What all Solders on one API server share (the operation `share` of solder.config-watcher/1): each entry in a Secret
// of a type of its own in the namespace that Solder writes to, for an entry may hold a Secret's values. The one that
// leads writes what is new and takes away what is not wanted any more, at the version that it saw; all of them read.
// Tested by tests/e2e/kubernetes_replicas_test.py.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kind_watch.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/inputs.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::kubernetes {

class SharedEntries {
 public:
  // All outlive it. `leads` is asked before each write; `changed`: something else is in the way.
  SharedEntries(const sdk::Host& host, sdk::Http& http, const Connection& connection, std::string ns,
                std::function<bool()> leads, std::function<void()> changed);
  SharedEntries(const SharedEntries&) = delete;
  SharedEntries& operator=(const SharedEntries&) = delete;

  // A Secret as the server gave it: the entry in it as JSON, or nothing. Its name, for gone().
  std::optional<std::string> seen(const sdk::Json& secret);
  std::string gone(const sdk::Json& secret);
  // All that there is to be.
  void want(const std::vector<sdk::SharedEntry>& entries);
  // It leads now, perhaps.
  void look();
  [[nodiscard]] const std::optional<WatchProblem>& problem() const { return problem_; }

 private:
  struct There {
    std::string json, version;
  };
  void write_next();
  void write(const std::string& name);
  void set_problem(std::optional<WatchProblem> problem);
  void written(const sdk::HttpAnswer& answer);

  sdk::Http& http_;
  const Connection& connection_;
  const std::string ns_;
  const std::function<bool()> leads_;
  const std::function<void()> changed_;
  sdk::Timer timer_;
  sdk::Backoff backoff_;
  std::map<std::string, There> there_;
  std::optional<std::map<std::string, std::string>> wanted_;  // none: nothing is known of it yet
  bool under_way_ = false;
  std::optional<WatchProblem> problem_;
};

}  // namespace solder::plugins::kubernetes

// Names what stands below the root in Consul and is no object: a kind that nobody reads, a misspelt group, a key at a
// place where none belongs. Looked for now and then by a few small questions, each for one level of the tree.
// Tested by tests/e2e/consul_kv_test.py.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api.h"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::consul {

class StrayKeys {
 public:
  // `changed`: others than before.
  StrayKeys(const sdk::Host& host, Api& api, std::function<void()> changed);
  StrayKeys(const StrayKeys&) = delete;
  StrayKeys& operator=(const StrayKeys&) = delete;

  // Which kinds are read, with their API versions; looks at once, and again and again.
  void kinds(const std::map<std::string, std::string>& kinds);
  [[nodiscard]] std::vector<Trouble> troubles() const;

 private:
  void look();
  void list(const std::string& prefix);
  void take(const std::string& prefix, const Reply& reply);
  void done();

  Api& api_;
  const std::function<void()> changed_;
  sdk::Timer timer_;
  std::set<std::string> parents_, known_;  // prefixes that lead to kinds; of kinds
  std::set<std::string> strays_, found_;   // last time; this time
  size_t asking_ = 0;
  bool failed_ = false;
};

}  // namespace solder::plugins::consul

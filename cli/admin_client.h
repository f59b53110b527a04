// Questions to a running server, over its admin pages. Tested by tests/unit/cli/serve_test.py and
// tests/e2e/plugin_reload_test.py.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/base/status.h"

namespace solder::cli {

class AdminClient {
 public:
  explicit AdminClient(std::string address) : address_(std::move(address)) {}

  // What the server did. kUnavailable: none answers there; anything else: it did not do it, and says why.
  base::Result<std::string> command(const std::string& path) const;
  // The page's JSON, which has that member. kUnavailable: none answers there, and `otherwise` says to people what else
  // could be done.
  base::Result<nlohmann::ordered_json> page(const std::string& path, const std::string& member,
                                            const std::string& otherwise = "") const;

 private:
  const std::string address_;
};

}  // namespace solder::cli

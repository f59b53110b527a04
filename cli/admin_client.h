// Questions to a running server about its plugins, over its admin pages. Tested by
// tests/e2e/plugin_reload_test.py.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/base/status.h"

namespace solder::cli {

inline constexpr const char* kDefaultAdminAddress = "127.0.0.1:9091";

class PluginClient {
 public:
  explicit PluginClient(std::string address) : address_(std::move(address)) {}

  // What the server did. kUnavailable: none answers there; anything else: it did not do it, and says why.
  base::Result<std::string> command(const std::string& path) const;
  base::Result<nlohmann::ordered_json> page(const std::string& path) const;

 private:
  const std::string address_;
};

}  // namespace solder::cli

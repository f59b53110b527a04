// The schemas that objects are checked against: the core's own (core/config/schemas/*.json) with the keys that loaded
// plugins claim put in at their scopes. Built once for a set of plugins, then read-only; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace solder::config {

// A key that a plugin claims. `scope` is "upstream_type" or a scope word of the plugin contract (kinds/options.h).
struct Claim {
  std::string plugin;
  std::string scope;
  std::string key;
  std::string schema_json;
};

class SchemaCatalog {
 public:
  // A claim whose schema cannot be used makes this fail with the plugin's and key's names: check_claim() first.
  static base::Result<std::shared_ptr<const SchemaCatalog>> make(const std::vector<Claim>& claims);
  // Ok, or what is wrong with the claim's schema.
  static base::Status check_claim(const Claim& claim);
  virtual ~SchemaCatalog() = default;
};
using SchemaCatalogPtr = std::shared_ptr<const SchemaCatalog>;

}  // namespace solder::config

// The schemas that objects are checked against: the core's own (core/config/schemas/*.json) with the keys that loaded
// plugins claim put in at their scopes. Built once for a set of plugins, then read-only; any thread.
// Which claims a decoder asks for can be recorded, so that what is decoded with one set of plugins is known to be the
// same with another: marks() has a value for each name that can be recorded. Tested by
// tests/unit/config/schema_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace solder::config {

// A key that a plugin claims. `scope` is "upstream_type", "service" or a scope word of the plugin contract
// (kinds/options.h).
struct Claim {
  std::string plugin;
  std::string scope;
  std::string key;
  std::string schema_json;
};

class SchemaCatalog {
 public:
  using Uses = std::vector<std::string>;

  // A claim whose schema cannot be used makes this fail with the plugin's and key's names: check_claim() first.
  static base::Result<std::shared_ptr<const SchemaCatalog>> make(const std::vector<Claim>& claims);
  // Ok, or what is wrong with the claim's schema.
  static base::Status check_claim(const Claim& claim);

  // The same catalogue; what decoders ask of it is added to `uses`: "scope:key" for a claim, made or not, "scope:" for
  // the names of all keys at a scope, "defaults:" for the places that Settings have defaults for.
  [[nodiscard]] SchemaCatalog recording(Uses& uses) const;
  // For each name that can be used, unless nothing is claimed there, a hash of what stands there.
  [[nodiscard]] const std::map<std::string, uint64_t>& marks() const;

 private:
  struct Data;
  friend struct CatalogAccess;
  explicit SchemaCatalog(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

  std::shared_ptr<const Data> data_;
  Uses* uses_ = nullptr;
};
using SchemaCatalogPtr = std::shared_ptr<const SchemaCatalog>;

}  // namespace solder::config

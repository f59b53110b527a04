// The functions of an app, and the key that each is called with. Source: Gloo's azure plugin.
// Tested by plugins/azure/testdata.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::azure {

// The keys of an upstream's Secret, by what the Secret calls them.
class Keys {
 public:
  // Reports a Secret that is not there or has no keys, unless `report` is false.
  Keys(const sdk::Json& upstream, bool report, sdk::Out& out);

  [[nodiscard]] const sdk::Ref& secret() const { return ref_; }
  // What the Secret calls the key of that function, else the master key where the level allows it.
  [[nodiscard]] std::optional<std::string> key_for(const sdk::Json& function) const;

 private:
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const;

  std::string ns_, name_;
  sdk::Ref ref_;
  std::vector<std::string> keys_, unusable_;
};

// A list, empty where there are none.
const sdk::Json& functions_of(const sdk::Json& upstream);
// Or null.
const sdk::Json* find_function(const sdk::Json& upstream, const std::string& name);
bool needs_key(const sdk::Json& function);
// For a report.
std::string names_of(const sdk::Json& upstream);

}  // namespace solder::plugins::azure

// A fragment as the host took it from a plugin: a partial Envoy message for a slot, with where it came from.
// The contract is plugin_api/include/solder/draft/items.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/object.h"

namespace solder::engine {

// Who set a field: which plugin, asked for by which field of which object.
struct Origin {
  std::string plugin;  // empty: the core
  model::ObjectRef object;
  std::string field;  // JSON pointer

  auto operator<=>(const Origin&) const = default;
  bool operator==(const Origin&) const = default;
};

enum class Encoding { kWire, kJson };

struct Fragment {
  std::string slot;
  std::string name;      // filter slots: the filter's name
  std::string type_url;  // empty where the slot fixes the type
  std::string bytes;
  Encoding encoding = Encoding::kWire;
  std::vector<std::string> clear;
  int32_t weight = 0;
  bool disabled = false;  // filters: works only where a route or host names it
  bool only = false;      // filters: fragments without this do not count
  bool absent = false;    // filters: the listener goes without it
  Origin origin;
};

// What is said of a filter beside its configuration, as one number.
inline unsigned filter_flags(const Fragment& fragment) {
  return (fragment.disabled ? 1u : 0u) | (fragment.only ? 2u : 0u) | (fragment.absent ? 4u : 0u);
}

enum class SecretForm { kTlsCertificate = 1, kValidationContext = 2, kGeneric = 3 };

// A secret that a fragment refers to by its SDS name.
struct SecretUse {
  std::string sds_name;
  model::ObjectRef secret;
  SecretForm form = SecretForm::kTlsCertificate;
  std::string key;
  std::string patch;
  Origin origin;
};

}  // namespace solder::engine

// A fragment as the host took it from a plugin: a partial Envoy message for a slot, with where it came from.
// The contract is plugin_api/include/solder/items.h.
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

inline void set_filter_flags(Fragment& fragment, unsigned flags) {
  fragment.disabled = (flags & 1u) != 0;
  fragment.only = (flags & 2u) != 0;
  fragment.absent = (flags & 4u) != 0;
}

// kFilled is not a plugin's to name: it is made of SecretFields.
enum class SecretForm { kTlsCertificate = 1, kValidationContext = 2, kGeneric = 3, kGoogleIdToken = 4, kFilled = 1000 };

// A text field of an extension configuration that takes a value of a Secret.
struct SecretField {
  std::string resource;  // the extension configuration's name
  std::string path;      // dotted proto field path
  model::ObjectRef secret;
  std::string key;
  Origin origin;
};

// A resource made of secrets: one that a fragment refers to by its SDS name, or an extension configuration.
struct SecretUse {
  std::string sds_name;  // or the extension configuration's
  model::ObjectRef secret;
  SecretForm form = SecretForm::kTlsCertificate;
  std::string key;
  std::string patch;  // kFilled: the configuration as far as it is no secret
  Origin origin;
  std::string type_url;             // kFilled
  std::vector<SecretField> fields;  // kFilled
};

}  // namespace solder::engine

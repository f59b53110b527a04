// An object as Gloo keeps it in Consul's KV store: which key it has, and what of a value makes an object. Values are
// YAML or JSON, either as Gloo writes them, with the spec's fields beside `metadata`, or whole manifests as in files.
// Tested by tests/unit/consul/kv_object_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "solder/sdk/json.hpp"
#include "solder/sdk/text.hpp"

namespace solder::plugins::consul {

struct ObjectName {
  std::string ns, name;

  auto operator<=>(const ObjectName&) const = default;
};

// Of the key behind "<root>/<api version>/<kind>/"; nothing where it is no "<namespace>/<name>".
std::optional<ObjectName> name_of(std::string_view rest);
// "<root>/gateway.solo.io/v1/VirtualService/"
std::string kind_prefix(std::string_view root, std::string_view api_version, std::string_view kind);

// The manifest. Throws std::runtime_error: why the value is none.
std::string object_of(std::string_view value, std::string_view api_version, std::string_view kind,
                      const ObjectName& name);

}  // namespace solder::plugins::consul

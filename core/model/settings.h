// Settings (gloo.solo.io/v1), decoded: what the core itself reads; all else is kept as JSON for plugins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/object.h"
#include "core/model/options.h"

namespace solder::model {

// Settings.gloo.invalidConfigPolicy.
struct InvalidConfigPolicy {
  bool replace_invalid_routes = false;
  uint32_t response_code = 404;
  std::string response_body =
      "Gloo Gateway has invalid configuration. Administrators should run `glooctl check` to find and fix config "
      "errors.";
};

// What an Upstream takes from Settings where it says nothing itself.
struct OptionDefault {
  std::string path;  // JSON pointer in its spec: "/circuitBreakers"
  std::string json;  // the checked value
};

struct Settings {
  ObjectRef ref;
  std::string write_namespace = "gloo-system";  // discoveryNamespace
  std::vector<std::string> watch_namespaces;    // empty: all
  InvalidConfigPolicy invalid_config_policy;
  bool read_gateways_from_all_namespaces = false;  // gateway.readGatewaysFromAllNamespaces
  OptionSet options;                               // plugin-owned keys of spec
  std::vector<OptionDefault> upstream_defaults;    // asked for by plugins' schemas
  std::string spec_json = "{}";
};

}  // namespace solder::model

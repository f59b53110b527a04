// What the operator says of discovering route rules: the plugin's configuration, and Settings.gloo.istioOptions, which
// may switch it on as well. Tested by tests/unit/istio.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "solder/sdk/json.hpp"

namespace solder::plugins::istio {

struct Options {
  bool discover = false;
  std::string write_namespace = "gloo-system";   // where the proxies are, and what belongs to no namespace of its own
  std::string root_namespace = "istio-system";   // whose rules hold for the whole mesh
  std::string cluster_domain = "cluster.local";  // of Services' names
  std::string credential_namespace;              // of the Secrets that Gateways name; empty: that of each
  std::string locality;                          // of the proxies, "region/zone/subzone"; empty: it is not known
  std::string ca_file;  // that Envoy checks servers by where a rule names none; empty: it does not
  std::map<std::string, std::string> gateway_selector;  // labels that a Gateway's selector must name; empty: any
  // Where the proxies listen for a Gateway's port. Istio's own charts lead these two of their Service there as well.
  std::map<uint64_t, uint64_t> ports = {{80, 8080}, {443, 8443}};

  [[nodiscard]] uint64_t bound(uint64_t port) const {
    const auto at = ports.find(port);
    return at == ports.end() ? port : at->second;
  }
};

// Throws std::invalid_argument.
Options read_options(std::string_view config);

// Settings.gloo.istioOptions of the Settings object, or null. `settings` is kept by the caller.
const sdk::Json& istio_options(const sdk::Json& settings);

}  // namespace solder::plugins::istio

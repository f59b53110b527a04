// What `solder serve` is told: defaults, then one YAML file (--config), then flags, the later the stronger.
// docs/configuration.md lists the keys. Tested by tests/unit/cli/serve_options_test.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/host/isolation/options.h"

namespace solder::cli {

struct ServeOptions {
  std::vector<std::string> config_directories;
  std::vector<std::string> plugin_directories;
  std::string xds_address = "0.0.0.0:9977";
  // Files of the xDS server's certificate and key, and of whom clients' certificates must come from; empty: none.
  std::string xds_certificate;
  std::string xds_key;
  std::string xds_client_ca;
  // Where admission reviews are answered, and the server's certificate and key; empty: nowhere.
  std::string validation_address;
  std::string validation_certificate;
  std::string validation_key;
  std::string admin_address = "127.0.0.1:9091";
  std::string state_directory;
  std::string write_namespace = "gloo-system";
  std::string log_level = "info";
  // Routes on one listener above which delta clients get them as scopes: docs/layouts.md. A number, or "never".
  std::string scoped_routes_above = "300";
  // Envoys load the routes of a scope when a request first needs them.
  bool scoped_routes_on_demand = false;
  bool virtual_hosts_on_demand = false;
  // "route:timeout" → plugin, for keys that two plugins claim.
  std::vector<std::pair<std::string, std::string>> key_owners;
  // What stays of a plugin that is taken away: "keep" what it last gave until objects are edited, or "drop" it at once.
  std::string removed_plugins = "keep";
  // Whoever signs or lists a plugin's file may have it run; neither: every file may.
  std::vector<std::string> trusted_keys;    // files with public keys
  std::vector<std::string> trusted_hashes;  // SHA-256
  // Which plugins have a process of their own, and how far they may go there. The program is not the operator's.
  host::isolation::IsolationOptions isolation{};
  bool isolate_crashed = true;  // what Solder crashed in gets one
  // Plugin → its configuration as JSON.
  std::vector<std::pair<std::string, std::string>> plugin_configurations;
  bool discovery = true;  // functions are found in this process, unless another one does it already
};

const std::vector<std::string>& log_levels();

// Nothing: never.
std::optional<size_t> scoped_routes_above(const ServeOptions& options);

// Lays the file's text over `options`. An error begins "FILE:LINE: KEY: " and says what was found and what would be
// right.
base::Status apply_config_file(std::string_view text, const std::string& file, ServeOptions& options);

// The same for the file itself; without a name nothing is laid over.
base::Status read_config_file(const std::string& file, ServeOptions& options);

// Fills in what nobody gave: /etc/solder/manifests or ./manifests, /var/lib/solder or ./state, the plugins beside the
// program. Then checks the addresses.
base::Status complete(ServeOptions& options);

}  // namespace solder::cli

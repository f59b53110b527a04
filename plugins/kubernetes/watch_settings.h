// What the operator says of watching Kubernetes' API: `watch` in the plugin's configuration.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "solder/sdk/json.hpp"

namespace solder::plugins::kubernetes {

struct WatchSettings {
  bool on = false;
  std::string kubeconfig, context;
  bool in_cluster = false;
  bool allow_insecure = false;
  std::vector<std::string> namespaces;         // empty: all
  std::vector<std::string> secret_namespaces;  // of Secrets, those that are referred to; empty: `namespaces`
  std::set<std::string> skip;                  // kinds
  bool statuses = true;
  bool lease = true;                            // several may watch one API; false: this one is alone
  std::string write_namespace = "gloo-system";  // whose statuses are ours
};

// Throws std::invalid_argument.
WatchSettings read_watch_settings(const sdk::Json& watch);

}  // namespace solder::plugins::kubernetes

// The Envoy bootstrap that connects to this control plane: ADS for clusters, listeners and all that they refer to.
// Names follow Gloo's bootstrap (node cluster "gateway", metadata.role). Tested by tests/unit/cli/bootstrap_test.cc
// with a real Envoy.
#pragma once

#include <string>

#include "core/base/status.h"

namespace solder::cli {

struct BootstrapOptions {
  std::string xds_address = "127.0.0.1:9977";
  std::string admin_address = "127.0.0.1:19000";
  std::string role = "gloo-system~gateway-proxy";
  std::string node_id;  // empty: "<proxy>.<namespace>"
  bool sotw = false;    // state of the world instead of delta
};

base::Result<std::string> bootstrap_text(const BootstrapOptions& options);

}  // namespace solder::cli

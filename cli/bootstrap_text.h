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
  // Paths where Envoy is. With a CA the connection is TLS; the certificate and its key are what Envoy shows.
  std::string xds_ca;
  std::string xds_certificate;
  std::string xds_key;
  std::string xds_server_name;  // in Solder's certificate; empty: the host of xds_address
  std::string mesh_agent;       // the agent of an Istio mesh beside Envoy, which gives its identity by SDS; empty: none
  bool sotw = false;            // state of the world instead of delta
};

base::Result<std::string> bootstrap_text(const BootstrapOptions& options);

}  // namespace solder::cli

// Gloo's static upstream as this plugin reads it: hosts with what they fall back to filled in. Source: Gloo's
// options/static. Tested by plugins/static/testdata.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/localities.hpp"

namespace solder::plugins::statics {

struct Host {
  std::string address;
  bool is_ip = false;
  uint64_t port = 0;
  std::string sni;      // empty: none is sent for this host in particular
  uint64_t weight = 0;  // 0: not given
  std::string health_path, health_method;
  sdk::Json metadata;  // by filter name, or null
  sdk::Locality locality;

  // What Gloo calls a host in metadata and in transport socket matches: its server name and where it listens.
  [[nodiscard]] std::string match_name() const { return sni + ";" + address + ":" + std::to_string(port); }
};

// The hosts; what is wrong with one is reported, and the host left out.
std::vector<Host> read_hosts(const sdk::Json& spec, sdk::Out& out);

// ClusterLoadAssignment without the cluster's name. `health_host`: the health checks' own host name, or empty.
sdk::Message load_assignment(const std::vector<Host>& hosts, const std::string& health_host,
                             const sdk::LocalityRules& localities);
// google.protobuf.Struct {"<match name>": true}: what an endpoint carries and what a transport socket match asks for.
sdk::Message socket_match(const Host& host);

}  // namespace solder::plugins::statics

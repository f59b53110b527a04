// "HOST:PORT" as it stands on a command line: "127.0.0.1:9977", "[::1]:9977", "solder.example:9977". Tested by
// tests/unit/cli/host_port_test.cc.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/status.h"

namespace solder::cli {

struct HostPort {
  std::string host;  // without brackets
  uint16_t port = 0;
  bool is_address = false;  // an IPv4 or IPv6 address, not a name
};

// `what` names the option in the error. A host may not be empty; port 0 is taken only where `any_port` says so.
base::Result<HostPort> parse_host_port(const std::string& text, const std::string& what, bool any_port = false);

}  // namespace solder::cli

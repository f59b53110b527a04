// Where the admin pages listen, and which hosts a request may name. Inside core/admin only.
// Tested by tests/unit/admin/listen_address_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace solder::admin {

struct ListenAddress {
  std::string host;  // without brackets
  uint16_t port = 0;
};

// "127.0.0.1:9901", "[::1]:9901", "localhost:0"
base::Result<ListenAddress> parse_listen_address(std::string_view text);
// localhost, 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view host);
// The host of a Host header, without port and brackets.
std::string host_of_header(std::string_view header);

}  // namespace solder::admin

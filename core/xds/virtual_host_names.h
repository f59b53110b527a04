// The names of virtual hosts that are sent one by one: "<group>/<domain>", where a group is the route configuration
// that they belong to. Envoy asks for "<group>/<host of the request>", and takes what comes after the last slash for
// the host. Each group has one name more that is no virtual host, its mark: by it the group is known to be there.
// Source: Envoy, "Virtual Host Discovery Service".
#pragma once

#include <string>
#include <string_view>

namespace solder::xds {

inline std::string virtual_host_mark(std::string_view group) { return std::string(group) + "/"; }

inline std::string_view group_of_virtual_host(std::string_view name) {
  const auto slash = name.rfind('/');
  return name.substr(0, slash == std::string_view::npos ? 0 : slash);
}

inline bool is_virtual_host_mark(std::string_view name) { return !name.empty() && name.back() == '/'; }

}  // namespace solder::xds

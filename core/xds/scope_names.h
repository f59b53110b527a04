// The names of scoped route configurations, which are also their keys: "<group>|<domain>", where a group is what one
// connection manager chooses from. Each group has a scope for all domains that have none of their own: its fallback.
#pragma once

#include <string>
#include <string_view>

namespace solder::xds {

inline std::string fallback_scope(std::string_view group) { return std::string(group) + "|*"; }

// The fallback of the group that a scope is of.
inline std::string fallback_of(std::string_view scope) { return fallback_scope(scope.substr(0, scope.find('|'))); }

}  // namespace solder::xds

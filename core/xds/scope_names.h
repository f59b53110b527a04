// The names of scoped route configurations: "<group>|<domain>", where a group is what one connection manager chooses
// from: the name of its one route configuration. Routes of a scope that are loaded on demand are a route configuration
// of such a name in full. Each group has a scope for all domains that have none of their own: its fallback. Whatever is
// long in a name stands as a digest, so that none is longer than 22 bytes: Envoy copies the names of all scopes for
// each update, and libc++'s std::string holds so many without allocation (docs/layouts.md). What a scope is for can be
// read in its key. Tested by tests/unit/xds/scope_names_test.cc.
#pragma once

#include <string>
#include <string_view>

namespace solder::xds {

inline constexpr size_t kLongestScopeName = 22;

// Two domains of a group have two names, and nobody finds a domain for the name of another's: a digest is 72 bits of
// SHA-256, and 42 for groups, which operators name. `domain` in lower case.
std::string scope_name(std::string_view group, std::string_view domain);
std::string fallback_scope(std::string_view group);
// The fallback of the group that a scope is of.
inline std::string fallback_of(std::string_view scope) { return std::string(scope.substr(0, scope.find('|'))) + "|*"; }

// Whether a route configuration's name says that it is the routes of one scope.
inline bool is_on_demand(std::string_view route_configuration) {
  return route_configuration.find('|') != std::string_view::npos;
}

}  // namespace solder::xds

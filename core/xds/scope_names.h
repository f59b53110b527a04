// The names of scoped route configurations: "<group>|<domain>", where a group is what one connection manager chooses
// from: the name of its one route configuration. Each group has a scope for all domains that have none of their own:
// its fallback. Whatever is long in a name stands as a digest, so that none is longer than 22 bytes: Envoy copies the
// names of all scopes for each update, and one that libc++'s std::string holds without allocation costs it a tenth
// (docs/layouts.md). What a scope is for can be read in its key. Tested by tests/unit/xds/scope_names_test.cc.
#pragma once

#include <string>
#include <string_view>

namespace solder::xds {

inline constexpr size_t kLongestScopeName = 22;

// Whatever stands in them, two domains of a group have two names, and nobody finds a domain for the name of another:
// the digest is cut from SHA-256. `domain` in lower case.
std::string scope_name(std::string_view group, std::string_view domain);
std::string fallback_scope(std::string_view group);
// The fallback of the group that a scope is of.
inline std::string fallback_of(std::string_view scope) { return std::string(scope.substr(0, scope.find('|'))) + "|*"; }

}  // namespace solder::xds

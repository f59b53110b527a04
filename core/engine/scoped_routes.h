// Scoped route configurations: one for each domain without wildcard, with the virtual host inline, and one for all
// other domains of the part, the fallback. What chooses among them is scope_selection.h. Envoy keeps one collection of
// scopes a stream, so a key begins with the name of the part's route configuration, and a scope's name stands for its
// key: two scopes of one key would be accepted in silence (core/xds/scope_names.h). On demand, a scope only names its
// routes, which are a route configuration of the key's name that Envoy asks for when a request needs it. Source: Envoy
// scoped_route.proto.
#pragma once

#include <string>
#include <string_view>

#include "core/xds/resource_set.h"

namespace solder::engine {

// The header that says which scope a request is for; it never leaves Envoy.
inline constexpr std::string_view kScopeHeader = "x-solder-scope";
// Names the filters that find the scope, what routes say of them, and the metadata of hosts in scopes.
inline constexpr std::string_view kScopeFilter = "solder.scope";
// In that metadata: the host was found, whether one of its routes matches or not.
inline constexpr std::string_view kHostFound = "found";

// "listener-::-8080-routes|example.com"; Envoy takes domains in whatever case, keys as they are.
std::string scope_key(const std::string& route_configuration, std::string_view domain);
// Puts into `all` what differs between two versions of some of its scopes.
void replace_scopes(xds::ResourceSet& all, const xds::ResourceSet& before, const xds::ResourceSet& after);

}  // namespace solder::engine

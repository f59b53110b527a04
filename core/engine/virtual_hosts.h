// Virtual hosts that Envoy loads one by one (VHDS): the listener's route configuration holds none, each domain is a
// resource of its own with the routes of its virtual service, and Envoy asks for the one of a request's host when no
// route is found. It does not ask where some virtual host has a route already. So domains that a wildcard domain of the
// listener covers, and the wildcard domains, are for everybody from the beginning, and with a default domain all are.
// A listener of another layout has its virtual hosts all the same, only for who asks: connections that it drains from
// this layout still do.
// Source: Envoy, "Virtual Host Discovery Service", and what Envoy 1.40 does: docs/layouts.md. Tested by
// tests/unit/engine/route_layout_test.cc and tests/e2e/virtual_hosts_test.py.
#pragma once

#include <string>
#include <string_view>

#include "core/engine/translation.h"

namespace solder::engine {

// Another name than that of Gloo's layout: connections that a listener drains go on with the one that they had.
std::string routes_of_virtual_hosts(const std::string& route_configuration);
// The resource of a domain: "<route configuration>/<domain>".
std::string virtual_host_key(const std::string& route_configuration, std::string_view domain);

// Adds the virtual hosts of a virtual service to `result`. `in_use`: it is the layout of the listener.
void add_virtual_hosts(const PlannedPart& part, const PlannedHost& host, const VirtualServiceResult& service,
                       bool in_use, HostScopesResult& result);
// The route configuration that has its virtual hosts loaded.
xds::ResourcePtr route_configuration_on_demand(const PlannedPart& part);
// Stands for the route configuration among its virtual hosts.
xds::ResourcePtr virtual_hosts_mark(const PlannedPart& part);

}  // namespace solder::engine

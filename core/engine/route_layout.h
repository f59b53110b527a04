// How the routes of a gateway's part reach Envoy. Gloo's layout is one route configuration a part; Envoy then rebuilds
// all of it for one changed route, which costs it about 10 µs a route and stalls its workers. Above some thousand
// routes they are served as scopes instead: each domain a small route configuration of its own, found by the request's
// host (scoped_routes.h, scope_selection.h). The answers are the same; what scopes cannot answer the same keeps Gloo's
// layout. Source: Envoy, "HTTP route table" (scoped RDS). docs/layouts.md has the figures. Tested by
// tests/unit/engine/route_layout_test.cc and tests/e2e/layout_test.py.
#pragma once

#include <string_view>

#include "core/engine/translation.h"

namespace solder::engine {

// True where Envoy reads something of the Route (wire bytes) before it makes the filters of a request: upgrades,
// tracing, disabled filters, or finds it without them: internal redirects. A request whose scope only a filter finds,
// such as one for a wildcard domain, would have that read from no route.
bool chosen_before_filters(std::string_view route);

// A domain that scopes can be found by: one without wildcard.
inline bool is_exact(std::string_view domain) { return domain.find('*') == std::string_view::npos; }

// True where some filter is disabled by a route or host. `bytes` is any part of it.
bool names_filter_config(std::string_view bytes);

}  // namespace solder::engine

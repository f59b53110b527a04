// Step 3: the routes of one virtual service, put together from their parts (results.h): what each asks of a request,
// and what it does. One Envoy route a matcher. A route that cannot be translated is left out, or answers by
// Settings.gloo.invalidConfigPolicy; the others are not touched. Parts are steps of their own and shared by all that
// say the same, so that a change costs what is new in it. Source: Gloo's route translation. Tested by tests/golden and
// tests/unit/engine/{engine,route_sharing}_test.cc.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/config/route_texts.h"
#include "core/engine/delegation.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"
#include "core/model/virtual_service.h"

namespace solder::engine {

// What all routes of a virtual service have in common.
struct RouteHost {
  model::ObjectRef service;
  std::string name;     // of the virtual host
  std::string gateway;  // as in VirtualServiceKey
};

RouteList build_routes(Translation& t, Reader& reader, const RouteHost& host, const std::vector<EffectiveRoute>& routes,
                       ProvenanceList* provenance);

// The text of a route's body: its action and its options.
void body_text(const config::RoutePieces& pieces, std::string& out);

// Some routes of a virtual service that stand one behind the other.
struct RouteRunSource {
  RouteHost host;
  size_t first = 0;  // the first one's place among all
  std::vector<EffectiveRoute> routes;
  std::string texts;  // holds those of routes that nobody else holds
};

}  // namespace solder::engine

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

struct RouteList {
  base::Bytes bytes;   // VirtualHost.routes fields
  bool named = false;  // some route's name depends on the gateway
  std::vector<FilterNeed> filters;
  std::vector<ExtraResource> resources;
  model::Diagnostics diagnostics;
};

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

}  // namespace solder::engine

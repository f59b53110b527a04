// Step 3: the routes of one virtual service. One Envoy route a matcher; options and destinations are plugins'. A route
// that cannot be translated is left out, or answers by Settings.gloo.invalidConfigPolicy; the others are not touched.
// Each is a step of its own (build_route in translation.h), so that a change costs the routes that changed.
// Source: Gloo's route translation. Tested by tests/golden and tests/unit/engine/engine_test.cc.
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"
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

// RouteMatch bytes, with what is wrong added to `diagnostics` (errors).
std::string route_match(const model::Matcher& matcher, const model::ObjectRef& object, model::Diagnostics& diagnostics);

}  // namespace solder::engine

// Step 3: the routes of one virtual service. One Envoy route a matcher; options and destinations are plugins'. A route
// that cannot be translated is left out, or answers by Settings.gloo.invalidConfigPolicy; the others are not touched.
// Source: Gloo's route translation. Tested by tests/golden.
#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"
#include "core/model/virtual_service.h"

namespace solder::engine {

struct RouteList {
  base::Bytes bytes;  // VirtualHost.routes fields
  uint64_t hash = 0;
  bool named = false;    // some route's name depends on the gateway
  bool refused = false;  // the virtual service as a whole is at fault (a route without an action)
  std::vector<FilterNeed> filters;
  std::vector<ExtraResource> resources;
  model::Diagnostics diagnostics;
};

RouteList build_routes(Translation& t, Reader& reader, const model::VirtualService& service, const std::string& host,
                       const std::string& gateway, ProvenanceList* provenance);

// RouteMatch bytes, with what is wrong added to `diagnostics` (errors).
std::string route_match(const model::Matcher& matcher, const model::ObjectRef& object, model::Diagnostics& diagnostics);

}  // namespace solder::engine

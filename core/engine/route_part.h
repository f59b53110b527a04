// What the parts of a route (results.h) have in common: the object that they are made for, how they are checked, and
// their hashes.
#pragma once

#include <protozero/pbf_writer.hpp>
#include <string>

#include "core/engine/results.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"

namespace solder::engine {

// Stands for whatever object of the namespace holds the route.
model::ObjectRef route_ref(const std::string& ns);
bool is_route_ref(const model::ObjectRef& ref);

// Envoy refuses a route without either, and parts are checked by themselves.
void append_any_match(protozero::pbf_writer& route);
void append_any_action(protozero::pbf_writer& route);
// What Envoy would refuse is found here, so that it costs this route and not the whole route configuration.
void append_refusal(const Translation& t, const model::ObjectRef& owner, const std::string& route,
                    model::Diagnostics& problems);

// `base`, Route bytes with the action, and what fragments set on Route itself: route, per_filter/, metadata/.
// `provenance` is what `slots` was given, and holds that of the action.
std::string merged_route(Slots& slots, const std::string& base, ProvenanceList* provenance);

uint64_t hash_fragment(const Fragment& fragment);
uint64_t hash_diagnostic(const model::Diagnostic& problem);
// Over what every part has.
uint64_t hash_part(const RoutePartResult& part);

}  // namespace solder::engine

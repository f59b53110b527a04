// Step 3, before the routes: what a virtual service serves in the place of each of its routes. A route that delegates
// stands for those of other tables, joined with what it hands down; options come by reference. The result is routes by
// themselves again, each a text with the object that it stands in, so that the steps of routes need not know of any of
// this. Source: Gloo's route converter. Tested by tests/unit/engine/delegation_test.cc and tests/golden.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/route_branch.h"
#include "core/engine/translation.h"

namespace solder::engine {

struct EffectiveRoutes {
  std::vector<EffectiveRoute> routes;
  model::Diagnostics diagnostics;  // of the virtual service and of tables on the way
};

// `texts` as config::split_routes() gives them: the routes lead to them. `host_options` are the virtual host's, as
// JSON.
EffectiveRoutes expand_routes(Translation& t, Reader& reader, const model::ObjectRef& service,
                              const std::vector<std::string_view>& texts, const std::string& host_options);

// The matcher that a delegating route asks of the routes below it, or why it cannot (field below the route).
struct DelegatingMatcher {
  model::Matcher matcher;
  std::optional<model::Diagnostic> problem;
};
DelegatingMatcher delegating_matcher(const model::ObjectRef& owner, const model::RouteOutline& outline);

// `own` with the options objects that `refs` name, nearer ones first; a missing one is a warning at `field` of
// `object`.
std::string merge_referenced(Translation& t, Reader& reader, std::string own, const std::vector<model::ObjectRef>& refs,
                             const model::ObjectRef& object, const std::string& field, model::Diagnostics& diagnostics);

}  // namespace solder::engine

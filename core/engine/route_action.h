// What a route does, before plugins add to it: the core's part of RouteAction, RedirectAction and DirectResponseAction.
// Source: Gloo's route translation; Envoy route_components.proto.
#pragma once

#include <string>
#include <vector>

#include "core/engine/slots.h"
#include "core/engine/translation.h"
#include "core/host/plugin_set.h"
#include "core/model/virtual_service.h"

namespace solder::engine {

// A destination with what its upstream's plugin and its own options gave.
struct DestinationParts {
  host::ItemOutput destination;
  std::vector<host::ItemOutput> options;
};

// RouteAction bytes with the cluster or weighted clusters. `parts` has one entry a destination; a fault is added to
// `diagnostics` with severity error: the route cannot be used.
std::string forward_action(Translation& t, Reader& reader, const model::RouteAction& action,
                           std::vector<DestinationParts>& parts, const model::ObjectRef& object,
                           model::Diagnostics& diagnostics, ProvenanceList* provenance);
// The entry of the route's typed_per_filter_config that says which host is meant.
std::string forward_proxy_entry(const model::ForwardProxyAction& action, const std::string& path,
                                const model::ObjectRef& object, model::Diagnostics& diagnostics);
std::string redirect_action(const model::RedirectAction& action, const model::ObjectRef& object,
                            model::Diagnostics& diagnostics);
std::string direct_response(uint32_t status, const std::string& body);

// The upstream that a destination names: itself, or the one that Gloo's naming gives for a Kubernetes or Consul
// service.
model::ObjectRef upstream_of(const model::Destination& destination);

}  // namespace solder::engine

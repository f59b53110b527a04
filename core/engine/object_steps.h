// Which step of translation gives an object its state: whether it is good, and what is wrong with it.
#pragma once

#include "core/engine/plugin_calls.h"
#include "core/engine/translation.h"

namespace solder::engine {

// Calls `f(family, key)` with the step of `ref`'s kind, where there is one. Settings are none of them: there is one for
// all.
template <typename F>
void with_step(Translation& t, const model::ObjectRef& ref, F&& f) {
  if (ref.kind == "Upstream") f(t.clusters, ref);
  if (ref.kind == "VirtualService") f(t.virtual_services, VirtualServiceKey{ref, ""});
  if (ref.kind == "Gateway") f(t.plans, ref);
  if (ref.kind == "MatchableHttpGateway" || ref.kind == "MatchableTcpGateway") f(t.matchable_gateways, ref);
  if (ref.kind == "Secret") f(t.secrets, ref);
  if (ref.kind == "RouteTable") f(t.route_tables, ref);
  if (ref.kind == "RouteOption" || ref.kind == "VirtualHostOption") f(t.options_objects, ref);
  if (ref.kind == "ListenerOption" || ref.kind == "HttpListenerOption") f(t.attached_options, ref);
  if (ref.kind == "UpstreamGroup") f(t.upstream_groups, ref);
  if (is_plugin_kind(t, ref.kind)) f(t.plugin_kinds, ref);
}

}  // namespace solder::engine

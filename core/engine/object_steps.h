// Which step of translation gives an object its state: whether it is good, and what is wrong with it.
#pragma once

#include <string_view>

#include "core/engine/plugin_calls.h"
#include "core/engine/translation.h"

namespace solder::engine {

// Calls `f(family, key)` with the step of `ref`'s kind, where there is one. Settings are none of them: there is one for
// all.
template <typename F>
void with_step(Translation& t, const model::ObjectRef& ref, F&& f) {
  const std::string_view kind = ref.kind;
  if (kind == "Upstream") {
    f(t.clusters, ref);
  } else if (kind == "VirtualService") {
    f(t.virtual_services, VirtualServiceKey{ref, ""});
  } else if (kind == "RouteTable") {
    f(t.route_tables, ref);
  } else if (kind == "Gateway") {
    f(t.plans, ref);
  } else if (kind == "MatchableHttpGateway" || kind == "MatchableTcpGateway") {
    f(t.matchable_gateways, ref);
  } else if (kind == "Secret") {
    f(t.secrets, ref);
  } else if (kind == "RouteOption" || kind == "VirtualHostOption") {
    f(t.options_objects, ref);
  } else if (kind == "ListenerOption" || kind == "HttpListenerOption") {
    f(t.attached_options, ref);
  } else if (kind == "UpstreamGroup") {
    f(t.upstream_groups, ref);
  } else if (is_plugin_kind(t, ref.kind)) {
    f(t.plugin_kinds, ref);
  }
}

}  // namespace solder::engine

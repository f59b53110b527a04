// The ordered filters of a listener or a cluster: what plugins asked for, each filter once, in the order of Gloo's
// stages, closed by the filter that Envoy wants last. Tested by tests/unit/engine/http_filters_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/engine/results.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"

namespace solder::engine {

struct TerminalFilter {
  std::string_view name;
  std::string_view type;
};
inline constexpr TerminalFilter kRouter{"envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router"};
inline constexpr TerminalFilter kUpstreamCodec{"envoy.filters.http.upstream_codec",
                                               "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec"};

// A stage of its own: filters of the router, which run once a request has its upstream, at each try. A cluster with
// upstream filters of its own has those instead.
inline constexpr std::string_view kBehindRouting = "upstream";
// The type of a filter whose configuration is found by ECDS under the filter's name.
inline constexpr std::string_view kDiscoveredFilter = "envoy.config.core.v3.ExtensionConfigSource";

// HttpFilter messages under `tag` (listener.Filter has the same fields), ready to be appended to their parent, which
// provenance calls `path`. Fragments of one filter name are merged; a filter that several plugins put at different
// stages stands at the earliest. One that somebody wants absent is left out, and where some fragments
// are to count alone the others do not.
std::string filter_list(const Translation& translation, const std::vector<FilterNeed>& needs, uint32_t tag,
                        const std::string& path, model::Diagnostics& diagnostics, ProvenanceList* provenance);
// The same, closed by the filter that Envoy wants last. What plugins say of that filter itself becomes its
// configuration, whatever the stage.
std::string http_filter_list(const Translation& translation, const std::vector<FilterNeed>& needs, uint32_t tag,
                             const TerminalFilter& last, const std::string& path, model::Diagnostics& diagnostics,
                             ProvenanceList* provenance);

// One of them; a disabled one (HTTP alone) works only where a route or host names it.
void append_filter(std::string& list, uint32_t tag, std::string_view name, std::string_view type_url,
                   std::string_view bytes, bool disabled = false);

// Many routes ask for the same thing: whether two fragments of one filter say it, whoever asks.
bool says_the_same(const Fragment& a, const Fragment& b);

// The place of a stage in Gloo's order, from 0; an unknown one stands before the route stage.
int stage_order(std::string_view stage);

}  // namespace solder::engine

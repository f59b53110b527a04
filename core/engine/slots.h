// Sorts fragments into their slots and merges each slot, so that the builders of resources only say what they put
// where. Conflicts and fragments that cannot be used become diagnostics of the objects that asked for them. Tested by
// tests/unit/engine/slots_test.cc.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/fragment.h"
#include "core/engine/results.h"
#include "core/engine/translation.h"
#include "core/model/diagnostic.h"

namespace solder::engine {

inline constexpr std::string_view kCluster = "envoy.config.cluster.v3.Cluster";
inline constexpr std::string_view kHttpProtocolOptions = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
inline constexpr std::string_view kClusterLoadAssignment = "envoy.config.endpoint.v3.ClusterLoadAssignment";
inline constexpr std::string_view kRoute = "envoy.config.route.v3.Route";
inline constexpr std::string_view kRouteAction = "envoy.config.route.v3.RouteAction";
inline constexpr std::string_view kRedirectAction = "envoy.config.route.v3.RedirectAction";
inline constexpr std::string_view kClusterWeight = "envoy.config.route.v3.WeightedCluster.ClusterWeight";
inline constexpr std::string_view kVirtualHost = "envoy.config.route.v3.VirtualHost";
inline constexpr std::string_view kListener = "envoy.config.listener.v3.Listener";
inline constexpr std::string_view kFilterChain = "envoy.config.listener.v3.FilterChain";
inline constexpr std::string_view kHttpConnectionManager =
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
inline constexpr std::string_view kTcpProxy = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
inline constexpr std::string_view kStruct = "google.protobuf.Struct";

class Slots {
 public:
  Slots(const Translation& translation, model::Diagnostics& diagnostics, ProvenanceList* provenance)
      : translation_(translation), diagnostics_(diagnostics), provenance_(provenance) {}

  // Fragments of one plugin call; `add` may be called for several.
  void add(const std::vector<Fragment>& fragments);
  // What the core itself puts into a slot comes first.
  [[nodiscard]] bool has(std::string_view slot) const { return by_slot_.find(slot) != by_slot_.end(); }

  // `base` and the slot's fragments as one message. `path` is where the message stands in the resource, for provenance.
  std::string merged(std::string_view slot, std::string_view type, const std::string& base, const std::string& path);
  // Every `<prefix>/<name>` slot merged and handed to `use(name, type_url, bytes)`, in order of name.
  template <typename F>
  void each(std::string_view prefix, std::string_view fixed_type, const std::string& path, F&& use) {
    for (const std::string& name : names(prefix)) {
      std::string type = fixed_type.empty() ? type_in(std::string(prefix) + name) : std::string(fixed_type);
      if (type.empty()) continue;
      std::string bytes = merged(std::string(prefix) + name, type, "", path + "[" + name + "]");
      use(name, "type.googleapis.com/" + type, bytes);
    }
  }
  // The http_filter/<stage> (or upstream_filter/<stage>) fragments, unmerged: they are merged over the whole listener.
  // Checked here all the same, so that a bad one costs the part that asked for it and not the listener.
  std::vector<FilterNeed> filters(std::string_view prefix);
  // Reports what is wrong with a filled slot as an error of the first plugin that filled it.
  void refuse_slot(const std::string& slot, const std::string& problem);
  // The resource/<name> slots as resources: clusters, listeners, and what Envoy is to find by ECDS.
  // Listeners, for tunnels, only where they are asked for. What has fields for secrets becomes a use of them.
  std::vector<ExtraResource> resources(bool listeners = false, const std::vector<SecretField>& fields = {},
                                       std::vector<SecretUse>* uses = nullptr);

 private:
  [[nodiscard]] std::vector<std::string> names(std::string_view prefix) const;
  // The message type of a slot whose fragments bring it; disagreement is reported.
  std::string type_in(const std::string& slot);
  bool one_type(const std::string& what, const std::vector<const Fragment*>& fragments);
  bool usable_filter(std::string_view prefix, const std::string& name, const std::vector<const Fragment*>& fragments);
  // What is the core's to set: a fragment that sets it is refused.
  void check_protected(std::string_view slot, const std::vector<const Fragment*>& fragments);
  void refuse(const Fragment& fragment, const std::string& problem);
  // An extension configuration with fields for secrets, checked with stand-ins for their values.
  void add_filled(SecretUse use, std::vector<SecretUse>& uses);

  const Translation& translation_;
  model::Diagnostics& diagnostics_;
  ProvenanceList* provenance_;
  std::map<std::string, std::vector<Fragment>, std::less<>> by_slot_;
};

// Merges fragments that were put in order already; used by Slots and for filters.
std::string merge_fragments(const Translation& translation, std::string_view type, const std::string& base,
                            std::vector<const Fragment*> fragments, const std::string& path,
                            model::Diagnostics& diagnostics, ProvenanceList* provenance);

// Of a message that was merged into a larger one: where `outer` knows only that the core put it there, `inner` knows
// more.
void refine(ProvenanceList& outer, const ProvenanceList& inner);

// A google.protobuf.Any.
std::string pack_any(std::string_view type_url, std::string_view bytes);
// core.v3.Metadata from slot metadata/<namespace> fragments, or "" where there are none.
std::string merged_metadata(Slots& slots, const std::string& path);
// typed_per_filter_config entries under `tag` of the message that is written.
std::string merged_per_filter(Slots& slots, uint32_t tag, const std::string& path);

}  // namespace solder::engine

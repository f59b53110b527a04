#include "core/engine/route_action.h"

#include <re2/re2.h>

#include <array>
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

#include "solder/envoy_fields.h"
#include "solder/sdk/route_path.hpp"
#include "solder/sdk/service_name.hpp"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;
namespace core = solder::envoy::config::core::v3;
namespace matching = solder::envoy::type::matcher::v3;
namespace forward_proxy = solder::envoy::extensions::filters::http::dynamic_forward_proxy::v3;

namespace {

// Gloo's name. The cluster and the filter come with the listener's option; a listener without it answers 503.
constexpr const char* kForwardProxyCluster = "solo_io_generated_dfp:0";
constexpr std::string_view kForwardProxyFilter = "envoy.filters.http.dynamic_forward_proxy";
constexpr std::string_view kForwardProxyPerRoute =
    "envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig";

void append_wrapped(protozero::pbf_writer& writer, uint32_t tag, uint32_t value) {
  protozero::pbf_writer wrapper(writer, tag);
  wrapper.add_uint32(1, value);
}

// Subset selection: metadata_match under envoy.lb, as Envoy's subset load balancer reads it.
std::string subset_metadata(const std::map<std::string, std::string>& subset) {
  std::string fields;
  protozero::pbf_writer fields_writer(fields);
  for (const auto& [key, value] : subset) {
    protozero::pbf_writer entry(fields_writer, 1);
    entry.add_string(1, key);
    protozero::pbf_writer text(entry, 2);
    text.add_string(3, value);
  }
  std::string metadata;
  protozero::pbf_writer writer(metadata);
  protozero::pbf_writer entry(writer, core::Metadata::kFilterMetadata);
  entry.add_string(1, "envoy.lb");
  entry.add_message(2, fields);
  return metadata;
}

void warn_missing(const DestinationResult& destination, const model::Destination& wanted,
                  const model::ObjectRef& object, model::Diagnostics& diagnostics) {
  if (destination.present) return;
  const model::ObjectRef upstream = upstream_of(wanted);
  diagnostics.push_back({.severity = model::Severity::kWarning,
                         .reason = "UpstreamNotFound",
                         .object = object,
                         .field = wanted.path,
                         .message = "Upstream " + upstream.ns + "/" + upstream.name +
                                    " is not there; requests to it are answered with an error until it comes",
                         .found = upstream.ns + "/" + upstream.name,
                         .related = upstream});
}

std::string weighted_cluster(Translation& t, const model::WeightedDestination& weighted, const std::string& cluster,
                             DestinationParts& parts, model::Diagnostics& diagnostics, const std::string& path,
                             ProvenanceList* provenance) {
  Slots slots(t, diagnostics, provenance);
  slots.add(parts.destination.fragments);
  for (const auto& output : parts.options) slots.add(output.fragments);
  std::string base;
  protozero::pbf_writer writer(base);
  writer.add_string(route::WeightedCluster::ClusterWeight::kName, cluster);
  append_wrapped(writer, route::WeightedCluster::ClusterWeight::kWeight, weighted.weight);
  if (!weighted.destination.subset.empty()) {
    writer.add_message(route::WeightedCluster::ClusterWeight::kMetadataMatch,
                       subset_metadata(weighted.destination.subset));
  }
  std::string bytes = slots.merged("weighted_cluster", kClusterWeight, base, path);
  bytes += merged_per_filter(slots, route::WeightedCluster::ClusterWeight::kTypedPerFilterConfig, path);
  return bytes;
}

std::string weighted_clusters(Translation& t, Reader& reader, const model::RouteAction& action,
                              std::vector<DestinationParts>& parts, const model::ObjectRef& object,
                              model::Diagnostics& diagnostics, ProvenanceList* provenance) {
  std::string clusters;
  protozero::pbf_writer writer(clusters);
  uint64_t total = 0;
  for (size_t i = 0; i < action.destinations.size(); ++i) {
    const auto& weighted = action.destinations[i];
    const auto& destination = t.destinations.read(reader, upstream_of(weighted.destination));
    warn_missing(*destination, weighted.destination, object, diagnostics);
    total += weighted.weight;
    writer.add_message(route::WeightedCluster::kClusters,
                       weighted_cluster(t, weighted, destination->cluster_name, parts[i], diagnostics,
                                        "route.weighted_clusters.clusters[" + std::to_string(i) + "]", provenance));
  }
  if (total == 0 || total > UINT32_MAX) {
    diagnostics.push_back(
        {.reason = "InvalidWeights",
         .object = object,
         .field = action.path + "/multi/destinations",
         .message = "the weights of a multi destination must sum to at least 1 and at most 4294967295",
         .found = std::to_string(total)});
    return "";
  }
  append_wrapped(writer, route::WeightedCluster::kTotalWeight, static_cast<uint32_t>(total));
  return clusters;
}

void append_regex_rewrite(protozero::pbf_writer& writer, uint32_t tag, const std::string& json, const std::string& path,
                          const model::ObjectRef& object, model::Diagnostics& diagnostics) {
  const auto rewrite = nlohmann::json::parse(json, nullptr, false);
  const std::string regex = rewrite.value("/pattern/regex"_json_pointer, std::string());
  const RE2 compiled(regex, RE2::Quiet);
  if (!compiled.ok()) {
    diagnostics.push_back({.reason = "InvalidRegex",
                           .object = object,
                           .field = path + "/regexRewrite/pattern/regex",
                           .message = "the regular expression does not compile: " + compiled.error(),
                           .found = regex,
                           .expected = "RE2 syntax"});
  }
  protozero::pbf_writer out(writer, tag);
  {
    protozero::pbf_writer pattern(out, matching::RegexMatchAndSubstitute::kPattern);
    pattern.add_string(matching::RegexMatcher::kRegex, regex);
  }
  out.add_string(matching::RegexMatchAndSubstitute::kSubstitution, rewrite.value("substitution", std::string()));
}

int32_t redirect_code(const std::string& name) {
  static constexpr std::array<std::string_view, 5> kNames = {"MOVED_PERMANENTLY", "FOUND", "SEE_OTHER",
                                                             "TEMPORARY_REDIRECT", "PERMANENT_REDIRECT"};
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<int32_t>(i);
  }
  return 0;
}

}  // namespace

model::ObjectRef upstream_of(const model::Destination& destination) {
  const model::ObjectRef& named = destination.upstream;
  switch (destination.kind) {
    case model::Destination::Kind::kKube:
      return {"Upstream", named.ns, sdk::service_upstream_name(named.ns, named.name, destination.port)};
    case model::Destination::Kind::kConsul:
      return {"Upstream", named.ns, "consul-svc:" + named.name};
    case model::Destination::Kind::kUpstream:
      break;
  }
  return {"Upstream", named.ns, named.name};
}

std::string forward_action(Translation& t, Reader& reader, const model::RouteAction& action,
                           std::vector<DestinationParts>& parts, const model::ObjectRef& object,
                           model::Diagnostics& diagnostics, ProvenanceList* provenance) {
  std::string out;
  protozero::pbf_writer writer(out);
  if (!action.cluster_header.empty()) {
    writer.add_string(route::RouteAction::kClusterHeader, action.cluster_header);
  } else if (action.upstream_group && action.destinations.empty()) {
    // Said already where the group was looked up.
  } else if (action.dynamic_forward_proxy) {
    writer.add_string(route::RouteAction::kCluster, kForwardProxyCluster);
  } else if (action.destinations.empty()) {
    diagnostics.push_back({.reason = "MissingField",
                           .object = object,
                           .field = action.path,
                           .message = "a route action needs a destination",
                           .expected = "single, or multi with at least one destination"});
  } else if (action.multi) {
    writer.add_message(route::RouteAction::kWeightedClusters,
                       weighted_clusters(t, reader, action, parts, object, diagnostics, provenance));
  } else {
    const auto& single = action.destinations.front().destination;
    const auto& destination = t.destinations.read(reader, upstream_of(single));
    warn_missing(*destination, single, object, diagnostics);
    writer.add_string(route::RouteAction::kCluster, destination->cluster_name);
    if (!single.subset.empty()) writer.add_message(route::RouteAction::kMetadataMatch, subset_metadata(single.subset));
  }
  return out;
}

std::string forward_proxy_entry(const model::ForwardProxyAction& action, const std::string& path,
                                const model::ObjectRef& object, model::Diagnostics& diagnostics) {
  if (action.host_rewrite.empty() && action.host_rewrite_header.empty()) {
    diagnostics.push_back({.reason = "MissingField",
                           .object = object,
                           .field = path + "/dynamicForwardProxy",
                           .message = "the route does not say which host it forwards to",
                           .expected = "hostRewrite or autoHostRewriteHeader"});
    return "";
  }
  std::string config;
  protozero::pbf_writer per_route(config);
  if (!action.host_rewrite.empty()) {
    per_route.add_string(forward_proxy::PerRouteConfig::kHostRewriteLiteral, action.host_rewrite);
  } else {
    per_route.add_string(forward_proxy::PerRouteConfig::kHostRewriteHeader, action.host_rewrite_header);
  }
  std::string entry;
  protozero::pbf_writer writer(entry);
  writer.add_string(1, kForwardProxyFilter.data(), kForwardProxyFilter.size());
  writer.add_message(2, pack_any(kForwardProxyPerRoute, config));
  return entry;
}

namespace {

void check_redirect(const model::RedirectAction& action, const model::ObjectRef& object,
                    model::Diagnostics& diagnostics) {
  const auto refuse = [&](const char* field, const std::string& found, const std::string& fault) {
    if (fault.empty()) return;
    diagnostics.push_back({.reason = "InvalidRoutePath",
                           .object = object,
                           .field = action.path + field,
                           .message = "where it redirects to " + fault,
                           .found = found});
  };
  refuse("/hostRedirect", action.host_redirect, sdk::fault_of_path(action.host_redirect));
  refuse("/pathRedirect", action.path_redirect, sdk::fault_of_path(action.path_redirect));
  refuse("/prefixRewrite", action.prefix_rewrite, sdk::fault_of_rewrite(action.prefix_rewrite));
}

}  // namespace

std::string redirect_action(const model::RedirectAction& action, const model::ObjectRef& object,
                            model::Diagnostics& diagnostics) {
  check_redirect(action, object, diagnostics);
  std::string out;
  protozero::pbf_writer writer(out);
  if (!action.host_redirect.empty()) writer.add_string(route::RedirectAction::kHostRedirect, action.host_redirect);
  if (action.port_redirect != 0) writer.add_uint32(route::RedirectAction::kPortRedirect, action.port_redirect);
  // Gloo always sets this oneof, so an explicit false stands here too.
  writer.add_bool(route::RedirectAction::kHttpsRedirect, action.https_redirect);
  if (!action.path_redirect.empty()) {
    writer.add_string(route::RedirectAction::kPathRedirect, action.path_redirect);
  } else if (!action.prefix_rewrite.empty()) {
    writer.add_string(route::RedirectAction::kPrefixRewrite, action.prefix_rewrite);
  } else if (!action.regex_rewrite_json.empty()) {
    append_regex_rewrite(writer, route::RedirectAction::kRegexRewrite, action.regex_rewrite_json, action.path, object,
                         diagnostics);
  }
  if (const int32_t code = redirect_code(action.response_code); code != 0) {
    writer.add_enum(route::RedirectAction::kResponseCode, code);
  }
  if (action.strip_query) writer.add_bool(route::RedirectAction::kStripQuery, true);
  return out;
}

std::string direct_response(uint32_t status, const std::string& body) {
  std::string out;
  protozero::pbf_writer writer(out);
  writer.add_uint32(route::DirectResponseAction::kStatus, status);
  if (!body.empty()) {
    protozero::pbf_writer source(writer, route::DirectResponseAction::kBody);
    source.add_string(core::DataSource::kInlineString, body);
  }
  return out;
}

}  // namespace solder::engine

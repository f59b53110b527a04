#include "cli/gloo_differences.h"

#include <algorithm>
#include <array>

namespace solder::cli {

namespace {

constexpr std::array kDifferences = {
    GlooDifference{"VirtualService", "sslConfig", "secretRef", "", "certificates-by-sds",
                   "the certificate reaches Envoy as an SDS secret; a rotation does not drain the listener"},
    GlooDifference{"Gateway", "sslConfig", "secretRef", "", "certificates-by-sds",
                   "the certificate reaches Envoy as an SDS secret; a rotation does not drain the listener"},
    GlooDifference{"MatchableHttpGateway", "sslConfig", "secretRef", "", "certificates-by-sds",
                   "the certificate reaches Envoy as an SDS secret; a rotation does not drain the listener"},
    GlooDifference{"Upstream", "sslConfig", "secretRef", "", "certificates-by-sds",
                   "the certificate reaches Envoy as an SDS secret; a rotation does not drain connections"},
    GlooDifference{"Upstream", "", "failover", "", "failover",
                   "served without an Enterprise license; Envoy resolves the names of the localities"},
    GlooDifference{"Upstream", "", "httpConnectSslConfig", "", "connect-tls",
                   "one that cannot be used is a Warning, and never a tunnel in clear"},
    GlooDifference{"Upstream", "healthChecks", "responseAssertions", "", "health-assertions",
                   "a plain HTTP health check; the assertions have no effect"},
    GlooDifference{"Upstream", "", "useHttp2", "true", "http-protocol-options",
                   "connectionConfig's HTTP options hold as well"},
    GlooDifference{"Upstream", "", "kube", "", "kube-endpoints",
                   "endpoints come from EndpointSlices where there are any"},
    GlooDifference{"Upstream", "kube", "selector", "", "kube-selector",
                   "what the Service itself selects by is not asked again of its Pods"},
    GlooDifference{"Settings", "invalidConfigPolicy", "replaceInvalidRoutes", "true", "replaced-routes",
                   "an invalid route answers directly, without a cluster and a listener of its own"},
    GlooDifference{"Settings", "gloo", "removeUnusedFilters", "", "unused-filters",
                   "filters stand where something uses them, whatever this says"},
    GlooDifference{"Settings", "gloo", "enableRestEds", "", "eds", "endpoints come over ADS"},
};

constexpr std::array kByReason = {
    ReasonDifference{"RouteLeftOut", "invalid-routes"},
    ReasonDifference{"RouteReplaced", "replaced-routes"},
    ReasonDifference{"DomainConflict", "domain-conflict"},
    ReasonDifference{"NamespaceNotWatched", "gateways-elsewhere"},
    ReasonDifference{"NoEffect", "without-effect"},
    ReasonDifference{"NotServed", "without-effect"},
    ReasonDifference{"SecretHeaderNotServed", "without-effect"},
};

constexpr std::array kKeysNotServed = {
    NotServed{"waf", "the web application firewall is a filter of Gloo's own Envoy (ModSecurity)",
              "a firewall in front of Envoy, or one that Envoy asks by extProc"},
    NotServed{"dlp", "data loss prevention is a filter of Gloo's own Envoy",
              "mask in the upstream, or in a service that Envoy asks by extProc"},
    NotServed{"ai", "the AI gateway's translations are a service of Gloo's own",
              "an Upstream with the provider's host and TLS, its key by headerManipulation"},
    NotServed{"graphqlApiRef", "stock Envoy has no GraphQL resolver", "a GraphQL server as an Upstream"},
    NotServed{"ratelimitBasic", "its counters are those of Solo's rate limit server",
              "ratelimit.localRatelimit, or ratelimit with a rate limit service"},
    NotServed{"passthroughCipherSuites", "the filter chain match by cipher suite is of Gloo's own Envoy",
              "a port of its own for such clients"},
};

struct KindRule {
  std::string_view kind;  // empty: any of the group
  std::string_view group;
  NotServed what;
};

constexpr std::array kKindsNotServed = {
    KindRule{"GraphQLApi",
             "graphql.gloo.solo.io",
             {"", "stock Envoy has no GraphQL resolver", "a GraphQL server as an Upstream"}},
    KindRule{"", "fed.solo.io", {"", "Gloo Federation writes objects into several clusters", "write them there"}},
    KindRule{"", "fed.gloo.solo.io", {"", "Gloo Federation writes objects into several clusters", "write them there"}},
    KindRule{
        "", "fed.gateway.solo.io", {"", "Gloo Federation writes objects into several clusters", "write them there"}},
    KindRule{
        "", "multicluster.solo.io", {"", "Gloo Federation's roles and clusters are not read", "write objects there"}},
    KindRule{"",
             "gateway.networking.k8s.io",
             {"", "the Kubernetes Gateway API is not read", "a Gateway and VirtualServices of gateway.solo.io"}},
    KindRule{"",
             "gateway.gloo.solo.io",
             {"", "the Kubernetes Gateway API is not read", "a Gateway and VirtualServices of gateway.solo.io"}},
    KindRule{"Ingress",
             "networking.k8s.io",
             {"", "Ingress objects are read only where that is switched on",
              "ingress.enabled in the configuration of the plugin kubernetes"}},
};

constexpr std::array kAside = {
    KindRule{"Proxy", "gloo.solo.io", {"", "Gloo makes it from the other objects; Solder needs none", ""}},
};

template <typename Rules>
const NotServed* find_kind(const Rules& rules, std::string_view kind, std::string_view api_version) {
  const std::string_view group = api_version.substr(0, api_version.find('/'));
  for (const KindRule& rule : rules) {
    if (rule.group == group && (rule.kind.empty() || rule.kind == kind)) return &rule.what;
  }
  return nullptr;
}

}  // namespace

std::span<const GlooDifference> gloo_differences() { return kDifferences; }
std::span<const ReasonDifference> differences_by_reason() { return kByReason; }

const NotServed* key_not_served(std::string_view key) {
  const auto* at = std::find_if(kKeysNotServed.begin(), kKeysNotServed.end(),
                                [&](const NotServed& each) { return each.name == key; });
  return at == kKeysNotServed.end() ? nullptr : at;
}

const NotServed* kind_not_served(std::string_view kind, std::string_view api_version) {
  return find_kind(kKindsNotServed, kind, api_version);
}

const NotServed* kind_left_aside(std::string_view kind, std::string_view api_version) {
  return find_kind(kAside, kind, api_version);
}

}  // namespace solder::cli

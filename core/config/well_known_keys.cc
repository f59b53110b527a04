// Gloo's own keys, and which plugin brings each: so a manifest that needs a plugin which is not there is told so, and
// only a real slip of the pen is called one. Source: the fields of Gloo's options and upstream messages.
#include <algorithm>
#include <array>

#include "core/config/schema.h"

namespace solder::config {

namespace {

struct KeysOfPlugin {
  std::string_view scope;
  std::string_view plugin;
  std::string_view keys;  // separated by single blanks
};

constexpr std::array kRouteKeys = {
    KeysOfPlugin{"route", "routing",
                 "timeout retries prefixRewrite regexRewrite hostRewrite autoHostRewrite hostRewriteHeader "
                 "hostRewritePathRegex maxStreamDuration idleTimeout appendXForwardedHost"},
    KeysOfPlugin{"route", "headers", "headerManipulation"},
    KeysOfPlugin{"route", "cors", "cors"},
    KeysOfPlugin{"route", "transformation", "transformations stagedTransformations"},
    KeysOfPlugin{"route", "ext_auth", "extauth"},
    KeysOfPlugin{"route", "ext_proc", "extProc extProcEarly extProcLate"},
    KeysOfPlugin{"route", "faults", "faults"},
    KeysOfPlugin{"route", "http_connection_manager", "tracing"},
    KeysOfPlugin{"route", "shadowing", "shadowing"},
    KeysOfPlugin{"route", "load_balancing", "lbHash"},
    KeysOfPlugin{"route", "upgrades", "upgrades"},
    KeysOfPlugin{"route", "rate_limit",
                 "ratelimit ratelimitBasic ratelimitEarly ratelimitRegular rateLimitConfigs rateLimitEarlyConfigs "
                 "rateLimitRegularConfigs"},
    KeysOfPlugin{"route", "jwt", "jwt jwtStaged jwtProvidersStaged"},
    KeysOfPlugin{"route", "rbac", "rbac"},
    KeysOfPlugin{"route", "not_served", "waf dlp ai"},
    KeysOfPlugin{"route", "csrf", "csrf"},
    KeysOfPlugin{"route", "buffer", "bufferPerRoute"},
    KeysOfPlugin{"route", "metadata", "envoyMetadata"},
    KeysOfPlugin{"route", "extensions", "extensions"},
    KeysOfPlugin{"destination", "aws_lambda", "aws"},
    KeysOfPlugin{"destination", "azure", "azure"},
    KeysOfPlugin{"destination", "transformation", "rest"},
    KeysOfPlugin{"weighted_destination", "headers", "headerManipulation"},
    KeysOfPlugin{"weighted_destination", "transformation", "transformations stagedTransformations"},
    KeysOfPlugin{"weighted_destination", "ext_auth", "extauth"},
    KeysOfPlugin{"weighted_destination", "csrf", "csrf"},
    KeysOfPlugin{"weighted_destination", "buffer", "bufferPerRoute"},
    KeysOfPlugin{"weighted_destination", "extensions", "extensions"},
};

constexpr std::array kVirtualHostKeys = {
    KeysOfPlugin{"virtual_service", "tls", "sslConfig"},
    KeysOfPlugin{"virtual_host", "routing", "retries includeRequestAttemptCount includeAttemptCountInResponse"},
    KeysOfPlugin{"virtual_host", "headers", "headerManipulation"},
    KeysOfPlugin{"virtual_host", "stats", "stats"},
    KeysOfPlugin{"virtual_host", "cors", "cors"},
    KeysOfPlugin{"virtual_host", "transformation", "transformations stagedTransformations"},
    KeysOfPlugin{"virtual_host", "ext_auth", "extauth"},
    KeysOfPlugin{"virtual_host", "ext_proc", "extProc extProcEarly extProcLate"},
    KeysOfPlugin{"virtual_host", "rate_limit",
                 "ratelimit ratelimitBasic ratelimitEarly ratelimitRegular rateLimitConfigs rateLimitEarlyConfigs "
                 "rateLimitRegularConfigs"},
    KeysOfPlugin{"virtual_host", "jwt", "jwt jwtStaged"},
    KeysOfPlugin{"virtual_host", "rbac", "rbac"},
    KeysOfPlugin{"virtual_host", "not_served", "waf dlp"},
    KeysOfPlugin{"virtual_host", "csrf", "csrf"},
    KeysOfPlugin{"virtual_host", "buffer", "bufferPerRoute"},
    KeysOfPlugin{"virtual_host", "extensions", "extensions"},
};

constexpr std::array kUpstreamKeys = {
    KeysOfPlugin{"upstream", "static", "static"},
    KeysOfPlugin{"upstream", "kubernetes", "kube"},
    KeysOfPlugin{"upstream", "aws_lambda", "aws"},
    KeysOfPlugin{"upstream", "aws_ec2", "awsEc2"},
    KeysOfPlugin{"upstream", "azure", "azure"},
    KeysOfPlugin{"upstream", "consul", "consul"},
    KeysOfPlugin{"upstream", "gcf", "gcp"},
    KeysOfPlugin{"upstream", "pipe", "pipe"},
    KeysOfPlugin{"upstream", "not_served", "ai"},
    KeysOfPlugin{"upstream", "tls", "sslConfig"},
    KeysOfPlugin{"upstream", "load_balancing", "loadBalancerConfig"},
    KeysOfPlugin{"upstream", "health", "healthChecks ignoreHealthOnHostRemoval outlierDetection circuitBreakers"},
    KeysOfPlugin{"upstream", "failover", "failover"},
    KeysOfPlugin{"upstream", "connection",
                 "connectionConfig useHttp2 protocolSelection initialStreamWindowSize initialConnectionWindowSize "
                 "maxConcurrentStreams overrideStreamErrorOnInvalidHttpMessage respectDnsTtl dnsRefreshRate "
                 "proxyProtocolVersion preconnectPolicy"},
    KeysOfPlugin{"upstream", "tunneling", "httpProxyHostname httpConnectHeaders httpConnectSslConfig"},
    KeysOfPlugin{"upstream", "istio", "disableIstioAutoMtls istioOptions"},
};

constexpr std::array kGatewayKeys = {
    KeysOfPlugin{"gateway", "access_logging", "accessLoggingService listenerAccessLoggingService"},
    KeysOfPlugin{"gateway", "listener",
                 "perConnectionBufferLimitBytes socketOptions proxyProtocol connectionBalanceConfig tcpStats"},
    KeysOfPlugin{"gateway", "extensions", "extensions"},
    KeysOfPlugin{"http_gateway", "http_connection_manager",
                 "httpConnectionManagerSettings headerValidationSettings leftmostXffAddress"},
    KeysOfPlugin{"http_gateway", "router", "router"},
    KeysOfPlugin{"http_gateway", "brotli", "brotli"},
    KeysOfPlugin{"http_gateway", "adaptive_concurrency", "adaptiveConcurrency"},
    KeysOfPlugin{"http_gateway", "set_filter_state", "setFilterState"},
    KeysOfPlugin{"http_gateway", "not_served", "waf dlp proxyLatency tap sanitizeClusterHeader"},
    KeysOfPlugin{"http_gateway", "grpc_web", "grpcWeb"},
    KeysOfPlugin{"http_gateway", "grpc_json", "grpcJsonTranscoder"},
    KeysOfPlugin{"http_gateway", "health_check", "healthCheck"},
    KeysOfPlugin{"http_gateway", "gzip", "gzip"},
    KeysOfPlugin{"http_gateway", "caching", "caching"},
    KeysOfPlugin{"http_gateway", "wasm", "wasm"},
    KeysOfPlugin{"http_gateway", "buffer", "buffer"},
    KeysOfPlugin{"http_gateway", "csrf", "csrf"},
    KeysOfPlugin{"http_gateway", "ext_auth", "extauth"},
    KeysOfPlugin{"http_gateway", "ext_proc",
                 "extProc extProcEarly extProcLate disableExtProc disableExtProcEarly disableExtProcLate"},
    KeysOfPlugin{"http_gateway", "rate_limit", "ratelimitServer httpLocalRatelimit"},
    KeysOfPlugin{"http_gateway", "dynamic_forward_proxy", "dynamicForwardProxy"},
    KeysOfPlugin{"http_gateway", "network_limits", "connectionLimit networkLocalRatelimit"},
    KeysOfPlugin{"http_gateway", "stateful_session", "statefulSession"},
    KeysOfPlugin{"http_gateway", "extensions", "extensions"},
};

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

template <typename Table>
std::string_view find(const Table& table, std::string_view scope, std::string_view key) {
  for (const auto& entry : table) {
    if (entry.scope == scope && has_word(entry.keys, key)) return entry.plugin;
  }
  return {};
}

}  // namespace

std::string plugin_for_key(std::string_view scope, std::string_view key) {
  if (scope == "upstream") return std::string(find(kUpstreamKeys, scope, key));
  if (scope == "gateway" || scope == "http_gateway") return std::string(find(kGatewayKeys, scope, key));
  if (scope == "virtual_service" || scope == "virtual_host") return std::string(find(kVirtualHostKeys, scope, key));
  return std::string(find(kRouteKeys, scope, key));
}

}  // namespace solder::config

#include "traffic_policy.h"

#include <algorithm>
#include <array>

#include "localities.h"
#include "upstream_tls.h"

namespace solder::plugins::istio {

namespace {

// What a port says for itself replaces these together; there is no inheriting from the policy around it.
constexpr std::array kPortParts = {"loadBalancer", "connectionPool", "outlierDetection", "tls"};
constexpr uint64_t kUnlimited = 4294967295;

void slow_start(Fields& balancer, Json& config) {
  Fields warmup = balancer.object("warmup");
  if (const auto window = balancer.duration("warmupDurationSecs"))
    config["slowStartConfig"]["slowStartWindow"] = *window;
  if (const auto window = warmup.duration("duration")) config["slowStartConfig"]["slowStartWindow"] = *window;
  if (const auto percent = warmup.real("minimumPercent")) config["slowStartConfig"]["minWeightPercent"] = *percent;
  if (const auto aggression = warmup.real("aggression"); aggression && *aggression > 0)
    config["slowStartConfig"]["aggression"] = *aggression;
  warmup.rest();
}

Json consistent_hash(Fields& hash) {
  if (hash.has("maglev")) {
    Fields maglev = hash.object("maglev");
    maglev.cannot("tableSize", "the size of Maglev's table is Envoy's own: 65537");
    maglev.rest();
    return {{"maglev", Json::object()}};
  }
  Fields ring = hash.object("ringHash");
  auto size = ring.number("minimumRingSize");
  if (const auto old = hash.number("minimumRingSize"); !size) size = old;
  ring.rest();
  // Istio's own default is Envoy's.
  return {{"ringHash", {{"ringHashConfig", {{"minimumRingSize", size.value_or(1024)}}}}}};
}

// Istio's balancer where nothing is said: the one of two with fewer requests.
void load_balancer(Fields balancer, const PolicyPlace& place, bool ejects, Json& spec) {
  Json& config = spec["loadBalancerConfig"];
  const std::string simple = balancer.text("simple");
  if (balancer.has("consistentHash")) {
    Fields hash = balancer.object("consistentHash");
    hash.pass({"httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"});
    config = consistent_hash(hash);
    hash.rest();
  } else if (simple == "ROUND_ROBIN") {
    config["roundRobin"] = Json::object();
    slow_start(balancer, config["roundRobin"]);
  } else if (simple == "RANDOM") {
    config["random"] = Json::object();
  } else {
    if (simple == "PASSTHROUGH") {
      balancer.cannot("simple", "connections go to endpoints that are known, not to where clients wanted to go",
                      "ROUND_ROBIN, LEAST_REQUEST or RANDOM");
    } else if (!simple.empty() && simple != "LEAST_REQUEST" && simple != "LEAST_CONN" && simple != "UNSPECIFIED") {
      balancer.report().warning({balancer.at("simple"), "InvalidValue",
                                 "there is no such load balancer; fewest requests count", simple,
                                 "ROUND_ROBIN, LEAST_REQUEST or RANDOM"});
    }
    config["leastRequest"] = Json::object();
    slow_start(balancer, config["leastRequest"]);
  }
  balance_localities(balancer.object("localityLbSetting"), ejects, place.options, config);
  balancer.rest();
}

void tcp_pool(Fields tcp, Json& spec, Json& limits) {
  if (const auto most = tcp.number("maxConnections")) limits["maxConnections"] = *most;
  if (const auto timeout = tcp.duration("connectTimeout")) spec["connectionConfig"]["connectTimeout"] = *timeout;
  Fields keepalive = tcp.object("tcpKeepalive");
  if (keepalive.present()) {
    Json& to = spec["connectionConfig"]["tcpKeepalive"];
    to = Json::object();
    if (const auto probes = keepalive.number("probes")) to["keepaliveProbes"] = *probes;
    if (const auto time = keepalive.duration("time")) to["keepaliveTime"] = *time;
    if (const auto interval = keepalive.duration("interval")) to["keepaliveInterval"] = *interval;
    keepalive.rest();
  }
  tcp.rest();
}

void http_pool(Fields http, Json& spec, Json& limits) {
  for (const auto& [from, to] : {std::pair{"http1MaxPendingRequests", "maxPendingRequests"},
                                 std::pair{"http2MaxRequests", "maxRequests"}, std::pair{"maxRetries", "maxRetries"}}) {
    if (const auto most = http.number(from)) limits[to] = *most;
  }
  if (const auto most = http.number("maxRequestsPerConnection"); most && *most > 0)
    spec["connectionConfig"]["maxRequestsPerConnection"] = *most;
  if (const auto idle = http.duration("idleTimeout"))
    spec["connectionConfig"]["commonHttpProtocolOptions"]["idleTimeout"] = *idle;
  const std::string upgrade = http.text("h2UpgradePolicy");
  if (upgrade == "UPGRADE") spec["useHttp2"] = true;
  // Of HTTP/2 alone.
  if (const auto streams = http.number("maxConcurrentStreams"); streams && *streams > 0 && spec.contains("useHttp2"))
    spec["maxConcurrentStreams"] = *streams;
  if (http.flag("useClientProtocol").value_or(false)) spec["protocolSelection"] = "USE_DOWNSTREAM_PROTOCOL";
  http.rest();
}

void connection_pool(Fields pool, Json& spec) {
  if (!pool.present()) return;
  Json limits = Json::object();
  tcp_pool(pool.object("tcp"), spec, limits);
  http_pool(pool.object("http"), spec, limits);
  pool.rest();
  if (limits.empty()) return;
  // Envoy's limits where nothing is said are low; Istio's are none.
  for (const char* name : {"maxConnections", "maxPendingRequests", "maxRequests", "maxRetries"}) {
    if (!limits.contains(name)) limits[name] = kUnlimited;
  }
  spec["circuitBreakers"] = limits;
}

void failures(Fields& outlier, const char* name, const char* count, const char* enforced, Json& to) {
  const auto most = outlier.number(name);
  if (!most) return;
  if (*most > 0) to[count] = *most;
  to[enforced] = *most > 0 ? 100 : 0;
}

void outlier_detection(Fields outlier, Json& spec) {
  if (!outlier.present()) return;
  Json to = {{"enforcingSuccessRate", 0}};
  failures(outlier, "consecutive5xxErrors", "consecutive5xx", "enforcingConsecutive5xx", to);
  failures(outlier, "consecutiveGatewayErrors", "consecutiveGatewayFailure", "enforcingConsecutiveGatewayFailure", to);
  if (const auto interval = outlier.duration("interval")) to["interval"] = *interval;
  if (const auto time = outlier.duration("baseEjectionTime")) to["baseEjectionTime"] = *time;
  if (const auto percent = outlier.number("maxEjectionPercent"); percent && *percent > 0)
    to["maxEjectionPercent"] = *percent;
  const bool split = outlier.flag("splitExternalLocalOriginErrors").value_or(false);
  if (split) {
    to["splitExternalLocalOriginErrors"] = true;
    to["enforcingLocalOriginSuccessRate"] = 0;
    failures(outlier, "consecutiveLocalOriginFailures", "consecutiveLocalOriginFailure",
             "enforcingConsecutiveLocalOriginFailure", to);
  } else {
    outlier.cannot("consecutiveLocalOriginFailures", "this counts beside splitExternalLocalOriginErrors: true alone");
  }
  spec["outlierDetection"] = to;
  const auto healthy = outlier.number("minHealthPercent");
  spec["loadBalancerConfig"]["healthyPanicThreshold"] = std::min<uint64_t>(healthy.value_or(0), 100);
  outlier.rest();
}

}  // namespace

void TrafficPolicy::add(const Json& policy, const std::string& path, uint64_t port) {
  if (!policy.is_object()) return;
  for (const auto& [name, value] : policy.items()) {
    if (name != "portLevelSettings" && !value.is_null()) parts_[name] = {&value, path + sdk::pointer_step(name)};
  }
  const Json& ports = part(policy, "portLevelSettings");
  for (size_t i = 0; ports.is_array() && i < ports.size(); ++i) {
    const Json& number = part(part(ports[i], "port"), "number");
    if (!number.is_number_unsigned() || number != port) continue;
    for (const char* name : kPortParts) {
      const Json& value = part(ports[i], name);
      parts_.erase(name);
      if (!value.is_null()) parts_[name] = {&value, path + "/portLevelSettings/" + std::to_string(i) + "/" + name};
    }
  }
}

Fields TrafficPolicy::member(const char* name, Report& report) const {
  const auto at = parts_.find(name);
  if (at == parts_.end()) return {nullptr, "", report};
  if (at->second.value->is_object()) return {at->second.value, at->second.path, report};
  report.warning(
      {at->second.path, "WrongType", "this is no map and is passed over", shown(*at->second.value), "a map"});
  return {nullptr, "", report};
}

void apply_policy(const TrafficPolicy& policy, const PolicyPlace& place, Json& spec, Report& report) {
  Fields outliers = policy.member("outlierDetection", report);
  load_balancer(policy.member("loadBalancer", report), place, outliers.present(), spec);
  connection_pool(policy.member("connectionPool", report), spec);
  outlier_detection(std::move(outliers), spec);
  upstream_tls(policy.member("tls", report), place, spec);
  Fields proxy = policy.member("proxyProtocol", report);
  if (const std::string version = proxy.text("version"); proxy.present())
    spec["proxyProtocolVersion"] = version == "V2" ? "V2" : "V1";
  proxy.rest();
}

Json hash_policies(const TrafficPolicy& policy) {
  Report quiet(nullptr);
  Fields hash = policy.member("loadBalancer", quiet).object("consistentHash");
  Json out = Json::array();
  if (const std::string header = hash.text("httpHeaderName"); !header.empty()) out.push_back({{"header", header}});
  Fields cookie = hash.object("httpCookie");
  if (const std::string name = cookie.text("name"); !name.empty()) {
    Json one = {{"name", name}};
    if (const std::string path = cookie.text("path"); !path.empty()) one["path"] = path;
    // Without a time Istio's cookie lasts as long as the browser, which Envoy calls a time of 0.
    one["ttl"] = cookie.duration("ttl").value_or("0s");
    out.push_back({{"cookie", one}});
  }
  if (hash.flag("useSourceIp").value_or(false)) out.push_back({{"sourceIp", true}});
  if (const std::string name = hash.text("httpQueryParameterName"); !name.empty())
    out.push_back({{"queryParameter", name}});
  return out;
}

void check_policy(const Json& policy, const std::string& path, const PolicyPlace& place, Report& report) {
  if (policy.is_null()) return;
  if (!policy.is_object())
    return report.warning({path, "WrongType", "this is no map and is passed over", shown(policy), "a map"});
  Fields fields(&policy, path, report);
  Json ignored = Json::object();
  const auto check = [&](uint64_t port) {
    TrafficPolicy one;
    one.add(policy, path, port);
    apply_policy(one, place, ignored, report);
  };
  check(0);
  fields.pass({"loadBalancer", "connectionPool", "outlierDetection", "tls", "proxyProtocol"});
  for (Fields& each : fields.objects("portLevelSettings")) {
    Fields port = each.object("port");
    if (const auto number = port.number("number")) {
      check(*number);
    } else {
      report.warning({each.at("port"), "MissingField", "settings of a port name the port", "", "number: 8080"});
    }
    port.rest();
    each.pass({"loadBalancer", "connectionPool", "outlierDetection", "tls"});
    each.rest();
  }
  fields.rest();
}

}  // namespace solder::plugins::istio

#include "core/config/catalog_access.h"
#include "core/config/decode.h"
#include "core/config/route_decoder.h"

namespace solder::config {

using nlohmann::json;

namespace {

class GatewayDecoder {
 public:
  GatewayDecoder(const model::ObjectRef& object, const SchemaCatalog& catalog, model::Diagnostics& diagnostics)
      : object_(object), catalog_(catalog), diagnostics_(diagnostics) {}

  model::Gateway gateway(const json& spec) {
    model::Gateway gateway;
    gateway.ref = object_;
    gateway.ssl = flag_of(spec, "ssl");
    gateway.bind_address = text_of(spec, "bindAddress");
    gateway.bind_port = number_of(spec, "bindPort");
    gateway.use_proxy_proto = flag_of(spec, "useProxyProto");
    for (const auto& name : member(spec, "proxyNames")) gateway.proxy_names.push_back(name);
    gateway.options = option_set(member(spec, "options"), "/spec/options");
    const json& routes = member(spec, "routeOptions");
    if (routes.contains("maxDirectResponseBodySizeBytes"))
      gateway.max_direct_response_bytes = number_of(routes, "maxDirectResponseBodySizeBytes");
    gateway.most_specific_header_mutations_wins = flag_of(routes, "mostSpecificHeaderMutationsWins");
    gateway.hybrid = spec.contains("hybridGateway");
    if (gateway.hybrid) {
      hybrid(spec["hybridGateway"], gateway);
    } else {
      gateway.parts.push_back(part(spec, "/spec"));
    }
    return gateway;
  }

  // What has an httpGateway or a tcpGateway, and perhaps a matcher.
  model::GatewayPart part(const json& value, const std::string& path) {
    model::GatewayPart part;
    part.object = object_;
    part.matcher = matcher(member(value, "matcher"), path + "/matcher");
    part.is_tcp = value.contains("tcpGateway") || object_.kind == "MatchableTcpGateway";
    part.path = path + (part.is_tcp ? "/tcpGateway" : "/httpGateway");
    if (part.is_tcp) {
      part.tcp = tcp_gateway(member(value, "tcpGateway"), part.path);
    } else {
      part.http = http_gateway(member(value, "httpGateway"), part.path);
    }
    return part;
  }

 private:
  void hybrid(const json& value, model::Gateway& gateway) {
    const json& matched = member(value, "matchedGateways");
    for (size_t i = 0; i < matched.size(); ++i) {
      gateway.parts.push_back(part(matched[i], "/spec/hybridGateway/matchedGateways/" + std::to_string(i)));
    }
    // Source: Gloo gateway.proto: where both are set, matchedGateways count.
    if (!matched.empty()) return;
    delegate(value, "delegatedHttpGateways", "MatchableHttpGateway", gateway);
    delegate(value, "delegatedTcpGateways", "MatchableTcpGateway", gateway);
  }

  void delegate(const json& hybrid, const char* key, const char* kind, model::Gateway& gateway) const {
    if (!hybrid.contains(key)) return;
    const json& delegated = hybrid[key];
    model::DelegatedGateways out;
    out.kind = kind;
    out.path = std::string("/spec/hybridGateway/") + key;
    if (delegated.contains("ref")) out.ref = read_ref(delegated["ref"], kind, object_.ns);
    if (delegated.contains("selector")) out.selector = table_selector(delegated["selector"]);
    out.prevent_child_overrides = flag_of(delegated, "preventChildOverrides");
    if (delegated.contains("sslConfig")) out.tls = delegated["sslConfig"].dump();
    if (delegated.contains("httpConnectionManagerSettings"))
      out.connection_manager = delegated["httpConnectionManagerSettings"].dump();
    gateway.delegated.push_back(std::move(out));
  }

  [[nodiscard]] model::HttpGateway http_gateway(const json& value, const std::string& path) const {
    model::HttpGateway out;
    for (const auto& ref : member(value, "virtualServices")) {
      out.virtual_services.push_back(read_ref(ref, "VirtualService", object_.ns));
    }
    for (const auto& [key, text] : member(value, "virtualServiceSelector").items()) out.selector[key] = text;
    for (const auto& name : member(value, "virtualServiceNamespaces")) out.namespaces.push_back(name);
    out.expressions = expressions(member(member(value, "virtualServiceExpressions"), "expressions"));
    out.options = option_set(member(value, "options"), path + "/options");
    return out;
  }

  model::TcpGateway tcp_gateway(const json& value, const std::string& path) {
    model::TcpGateway out;
    const json& hosts = member(value, "tcpHosts");
    for (size_t i = 0; i < hosts.size(); ++i) {
      out.hosts.push_back(tcp_host(hosts[i], path + "/tcpHosts/" + std::to_string(i)));
    }
    out.options = option_set(member(value, "options"), path + "/options");
    return out;
  }

  model::TcpHost tcp_host(const json& value, const std::string& path) {
    model::TcpHost host;
    host.name = text_of(value, "name");
    host.tls = tls(value, path);
    host.path = path;
    const json& destination = member(value, "destination");
    host.forward_sni = destination.contains("forwardSniClusterName");
    if (host.forward_sni || destination.is_null()) return host;
    // What else it may be stands in a route's action too, in the same words.
    model::RouteAction action = RouteDecoder(object_, diagnostics_).forward(destination, path + "/destination");
    host.destinations = std::move(action.destinations);
    host.multi = action.multi;
    host.upstream_group = std::move(action.upstream_group);
    return host;
  }

  model::ConnectionMatcher matcher(const json& value, const std::string& path) {
    model::ConnectionMatcher out;
    out.path = path;
    out.text = value.is_null() ? "{}" : value.dump();
    out.has_tls = value.contains("sslConfig");
    out.tls = tls(value, path);
    for (const auto& range : member(value, "sourcePrefixRanges")) {
      out.ranges.push_back({text_of(range, "addressPrefix"), number_of(range, "prefixLen")});
    }
    if (!member(value, "passthroughCipherSuites").empty()) {
      diagnostics_.push_back({.reason = "InvalidValue",
                              .object = object_,
                              .field = path + "/passthroughCipherSuites",
                              .message = "Envoy cannot choose a filter chain by the client's cipher suites",
                              .expected = "sslConfig.sniDomains or sourcePrefixRanges to tell connections apart"});
    }
    return out;
  }

  // The keys that plugins own where TLS is configured, such as sslConfig.
  [[nodiscard]] model::OptionSet tls(const json& value, const std::string& path) const {
    json options = json::object();
    if (value.is_object()) {
      for (const auto& [key, content] : value.items()) {
        if (claimed(catalog_, "virtual_service", key)) options[key] = content;
      }
    }
    return option_set(options, path);
  }

  const model::ObjectRef& object_;
  const SchemaCatalog& catalog_;
  model::Diagnostics& diagnostics_;
};

}  // namespace

Decoded<model::Gateway> decode_gateway(const model::Object& object, const SchemaCatalog& catalog) {
  auto checked = check_spec(object, catalog, "gateway");
  Decoded<model::Gateway> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  model::Gateway gateway = GatewayDecoder(object.ref, catalog, out.diagnostics).gateway(checked.spec);
  gateway.labels = object.labels;
  if (!has_error(out.diagnostics)) out.value = std::move(gateway);
  return out;
}

Decoded<model::GatewayPart> decode_matchable_gateway(const model::Object& object, const SchemaCatalog& catalog) {
  const bool http = object.ref.kind == "MatchableHttpGateway";
  auto checked = check_spec(object, catalog, http ? "matchable_http_gateway" : "matchable_tcp_gateway");
  Decoded<model::GatewayPart> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  model::GatewayPart part = GatewayDecoder(object.ref, catalog, out.diagnostics).part(checked.spec, "/spec");
  if (!has_error(out.diagnostics)) out.value = std::move(part);
  return out;
}

Decoded<model::AttachedOptions> decode_attached_options(const model::Object& object, const SchemaCatalog& catalog) {
  const bool http = object.ref.kind == "HttpListenerOption";
  auto checked = check_spec(object, catalog, http ? "http_listener_option" : "listener_option");
  Decoded<model::AttachedOptions> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  model::AttachedOptions attached;
  attached.options = option_set(member(checked.spec, "options"), "/spec/options");
  const json& targets = member(checked.spec, "targetRefs");
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string ns = text_of(targets[i], "namespace");
    attached.targets.push_back({text_of(targets[i], "group"), text_of(targets[i], "kind"),
                                ns.empty() ? object.ref.ns : ns, text_of(targets[i], "name"),
                                text_of(targets[i], "sectionName"), "/spec/targetRefs/" + std::to_string(i)});
  }
  const json document = json::parse(object.json, nullptr, false);
  attached.created = text_of(member(document, "metadata"), "creationTimestamp");
  out.value = std::move(attached);
  return out;
}

}  // namespace solder::config

#include "gateway.h"

#include <algorithm>
#include <array>

#include "upstream_tls.h"

namespace solder::plugins::istio {

namespace {

// Where Gloo's gateways listen, for hosts without TLS and with it.
constexpr uint64_t kPlainPort = 8080, kTlsPort = 8443;

bool one_of(const std::string& word, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* each) { return word == each; });
}

std::string version_of(Fields& tls, const char* name) {
  std::string version = tls.text(name);
  if (version.starts_with("TLSV")) version.replace(0, 4, "TLSv");
  return version == "TLS_AUTO" ? "" : version;
}

Json parameters(Fields& tls) {
  Json out = Json::object();
  if (const std::string version = version_of(tls, "minProtocolVersion"); !version.empty())
    out["minimumProtocolVersion"] = version;
  if (const std::string version = version_of(tls, "maxProtocolVersion"); !version.empty())
    out["maximumProtocolVersion"] = version;
  if (const auto suites = tls.texts("cipherSuites"); !suites.empty()) out["cipherSuites"] = suites;
  return out;
}

// "name", or of another namespace as Istio's SDS names it: "kubernetes-gateway://namespace/name".
Json secret_ref(const std::string& credential, const std::string& ns) {
  const size_t scheme = credential.find("://");
  const std::string rest = scheme == std::string::npos ? credential : credential.substr(scheme + 3);
  const size_t slash = rest.find('/');
  if (slash == std::string::npos) return {{"name", rest}, {"namespace", ns}};
  return {{"name", rest.substr(slash + 1)}, {"namespace", rest.substr(0, slash)}};
}

void files(Fields& tls, bool asks_clients, Json& ssl) {
  const std::string certificate = tls.text("serverCertificate"), key = tls.text("privateKey");
  const std::string ca = tls.text("caCertificates");
  ssl["sslFiles"] = {{"tlsCert", certificate}, {"tlsKey", key}};
  if (asks_clients && !ca.empty()) ssl["sslFiles"]["rootCa"] = ca;
  if (certificate.empty() || key.empty())
    tls.report().warning({tls.path(), "MissingField", "TLS that ends here needs a certificate", "", "credentialName"});
}

Json ssl_config(Fields& tls, const std::string& mode, const std::string& ns, const Options& options) {
  Json out = Json::object();
  std::string credential = tls.text("credentialName");
  for (const std::string& each : tls.texts("credentialNames")) {
    if (credential.empty())
      credential = each;
    else if (each != credential)
      tls.report().cannot(tls.at("credentialNames"), "a host has one certificate; further ones are not read", each,
                          "credentialName");
  }
  if (mode == "ISTIO_MUTUAL") {
    out["sds"] = mesh_sds();
  } else if (!credential.empty()) {
    out["secretRef"] = secret_ref(credential, options.credential_namespace.empty() ? ns : options.credential_namespace);
    tls.pass({"serverCertificate", "privateKey", "caCertificates"});
  } else {
    files(tls, mode != "SIMPLE", out);
  }
  if (mode == "SIMPLE" || mode == "OPTIONAL_MUTUAL") out["oneWayTls"] = true;
  if (const auto names = tls.texts("subjectAltNames"); !names.empty() && mode != "SIMPLE")
    out["verifySubjectAltName"] = names;
  const Json its_parameters = parameters(tls);
  if (!its_parameters.empty() && mode != "ISTIO_MUTUAL") out["parameters"] = its_parameters;
  return out;
}

class ServerReader {
 public:
  ServerReader(Fields& server, const std::string& ns, const Options& options)
      : server_(server), ns_(ns), options_(options) {}

  std::optional<Server> run() {
    Fields port = server_.object("port");
    out_.path = server_.path();
    out_.port = port.number("number").value_or(0);
    const std::string protocol = port.text("protocol");
    port.pass({"name", "targetPort"});
    port.rest();
    for (const std::string& each : server_.texts("hosts")) out_.hosts.push_back(read_filter(each, ns_));
    server_.pass({"name"});
    server_.cannot("bind", "the proxy listens at all addresses");
    server_.cannot("defaultEndpoint", "requests without a route are answered with 404");
    const bool served = kind(protocol);
    server_.rest();
    if (out_.port == 0 || out_.port > 65535) {
      server_.report().warning({port.at("number"), "InvalidValue", "a server needs a port; it is left out",
                                std::to_string(out_.port), "1 to 65535"});
      return std::nullopt;
    }
    out_.bound = options_.bound(out_.port);
    return served ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  bool kind(const std::string& protocol) {
    Fields tls = server_.object("tls");
    const std::string mode = tls.text("mode");
    const bool ends = one_of(mode, {"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"});
    out_.redirect = tls.flag("httpsRedirect").value_or(false);
    if (one_of(protocol, {"HTTP", "HTTP2", "GRPC", "GRPC-WEB"})) {
      out_.kind = ServerKind::kHttp;
      tls.pass({"mode"});
    } else if (one_of(protocol, {"HTTPS", "TLS"})) {
      if (!ends && mode != "PASSTHROUGH" && !(mode.empty() && tls.present())) {
        server_.report().cannot(tls.present() ? tls.at("mode") : tls.path(),
                                "connections of this mode are not served; the server is left out", mode,
                                "SIMPLE, MUTUAL, OPTIONAL_MUTUAL, ISTIO_MUTUAL or PASSTHROUGH");
        return false;
      }
      out_.kind = ends && protocol == "HTTPS" ? ServerKind::kHttps : ServerKind::kTls;
      if (ends) out_.ssl = ssl_config(tls, mode, ns_, options_);
    } else if (one_of(protocol, {"TCP", "MONGO", "MYSQL", "REDIS"})) {
      out_.kind = ServerKind::kTcp;
      if (ends) out_.ssl = ssl_config(tls, mode, ns_, options_);
    } else {
      server_.report().warning({server_.at("port") + "/protocol", "InvalidValue",
                                "there is no such protocol; the server is left out", protocol,
                                "HTTP, HTTPS, HTTP2, GRPC, TLS or TCP"});
      return false;
    }
    tls.rest();
    return true;
  }

  Fields& server_;
  const std::string& ns_;
  const Options& options_;
  Server out_;
};

// Gloo's own gateways take the hosts of these ports already.
bool is_gloos(const Server& server) {
  return (server.kind == ServerKind::kHttp && server.bound == kPlainPort) ||
         (server.kind == ServerKind::kHttps && server.bound == kTlsPort);
}

Json gateway_for(const Server& server, const Options& options) {
  Json spec = {{"bindAddress", "::"}, {"bindPort", server.bound}};
  if (server.kind == ServerKind::kHttp || server.kind == ServerKind::kHttps) {
    spec["ssl"] = server.kind == ServerKind::kHttps;
    spec["httpGateway"] = {{"virtualServiceSelector", {{"discovered_by", "istio"}}},
                           {"virtualServiceNamespaces", {"*"}}};
  } else {
    spec["hybridGateway"]["delegatedTcpGateways"]["selector"] = {{"labels", {{port_label(server.bound), "true"}}},
                                                                 {"namespaces", {"*"}}};
  }
  return object_of("Gateway", options.write_namespace, "istio-" + std::to_string(server.bound), std::move(spec));
}

}  // namespace

std::vector<std::string> Server::serves(const std::string& host, const std::string& ns) const {
  std::vector<std::string> out;
  for (const HostFilter& filter : hosts) {
    if (!filter.ns.empty() && filter.ns != ns) continue;
    std::string both = common(filter.host, host);
    if (!both.empty() && std::find(out.begin(), out.end(), both) == out.end()) out.push_back(std::move(both));
  }
  return out;
}

std::vector<Server> read_servers(const Json& gateway, const std::string& ns, const Options& options, Report& report) {
  Fields spec(&part(gateway, "spec"), "/spec", report);
  std::vector<Server> out;
  spec.pass({"selector"});
  for (Fields& each : spec.objects("servers")) {
    if (auto server = ServerReader(each, ns, options).run()) out.push_back(std::move(*server));
  }
  spec.rest();
  return out;
}

bool is_selected(const Json& gateway, const Options& options) {
  const Json& selector = part(part(gateway, "spec"), "selector");
  return std::all_of(options.gateway_selector.begin(), options.gateway_selector.end(),
                     [&](const auto& label) { return part(selector, label.first.c_str()) == label.second; });
}

std::string port_label(uint64_t bound) { return "istio.solder.io/port-" + std::to_string(bound); }

void derive_gateway(const sdk::SourceInput& in, const Options& options, sdk::Out& out) {
  Report report(&out);
  const Json gateway = sdk::parse_json(in.json);
  const std::vector<Server> servers = read_servers(gateway, std::string(in.ref.ns), options, report);
  if (!is_selected(gateway, options)) {
    return report.info({"/spec/selector", "NotInEffect", "the gateway is for other proxies", "",
                        "the labels of gatewaySelector in the plugin's configuration"});
  }
  Derived derived;
  for (const Server& server : servers) {
    const bool http = server.kind == ServerKind::kHttp || server.kind == ServerKind::kHttps;
    if (is_gloos(server)) continue;
    if (server.bound == kPlainPort || server.bound == kTlsPort) {
      report.cannot(server.path + "/port/number",
                    std::string("the proxy listens at ") + std::to_string(server.bound) + " for " +
                        (server.bound == kPlainPort ? "HTTP" : "HTTPS") + " already; the server is left out",
                    std::to_string(server.port), "another port, or `ports` in the plugin's configuration");
      continue;
    }
    if (http && server.hosts.empty()) continue;
    derived.add(gateway_for(server, options));
  }
  derived.give(out);
}

}  // namespace solder::plugins::istio

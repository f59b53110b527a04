#include "auto_mtls.h"

#include <string>

#include "upstream_tls.h"
#include "world.h"

namespace solder::plugins::istio {

namespace {

constexpr const char* kTlsContext = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
// Gloo has no setting for it: the mesh's usual one.
constexpr const char* kClusterDomain = "cluster.local";

Json secret(const char* name) {
  const Json service = {{"envoyGrpc", {{"clusterName", kSdsCluster}}}};
  return {{"name", name},
          {"sdsConfig",
           {{"resourceApiVersion", "V3"},
            {"apiConfigSource",
             {{"apiType", "GRPC"},
              {"transportApiVersion", "V3"},
              {"setNodeOnFirstMessageOnly", true},
              {"grpcServices", Json::array({service})}}}}}};
}

// What the mesh's proxies are asked for; empty where the type has no name of that kind.
std::string server_name(const Json& spec) {
  if (const Json& kube = part(spec, "kube"); kube.is_object()) {
    return mesh_server_name(sdk::get_string(kube, "serviceName") + "." + sdk::get_string(kube, "serviceNamespace") +
                                ".svc." + kClusterDomain,
                            sdk::get_uint(kube, "servicePort").value_or(0), "");
  }
  const Json& hosts = part(part(spec, "static"), "hosts");
  if (!hosts.is_array() || hosts.empty() || !hosts.front().is_object()) return "";
  const std::string own = sdk::get_string(hosts.front(), "sniAddr");
  return own.empty() ? mesh_server_name(sdk::get_string(hosts.front(), "addr"),
                                        sdk::get_uint(hosts.front(), "port").value_or(0), "")
                     : own;
}

// A static upstream that speaks TLS by itself: plain text would be the end of it.
bool speaks_tls(const Json& spec) {
  const Json& fixed = part(spec, "static");
  if (!fixed.is_object()) return false;
  if (const auto told = sdk::get_bool(fixed, "useTls")) return *told;
  const Json& hosts = part(fixed, "hosts");
  for (const Json& host : hosts.is_array() ? hosts : Json::array()) {
    if (host.is_object() && sdk::get_uint(host, "port") == 443) return true;
  }
  return false;
}

}  // namespace

void auto_mtls(const sdk::OptionInput& in, sdk::Out& out) {
  const Json options = sdk::parse_json(in.json), neighbours = sdk::parse_json(in.options_json);
  if (!sdk::get_bool(options, "enableAutoMtls").value_or(false)) return;
  if (sdk::get_bool(neighbours, "disableIstioAutoMtls").value_or(false) || neighbours.contains("sslConfig")) return;
  if (!sdk::get_bool(options, "enableIntegration").value_or(false)) {
    return out.warning({"/enableAutoMtls", "NoEffect", "automatic mTLS needs the agent of the mesh beside the proxy",
                        "true", "enableIntegration: true in Settings.gloo.istioOptions"});
  }
  const auto text = out.lookup({"Upstream", in.object.ns, in.object.name});
  const Json upstream = text ? sdk::parse_json(*text) : Json();
  const Json& spec = part(upstream, "spec");
  if (speaks_tls(spec)) return;
  Json tls = {{"@type", kTlsContext},
              {"commonTlsContext",
               {{"alpnProtocols", {kMeshProtocol}},
                {"tlsParams", Json::object()},
                {"tlsCertificateSdsSecretConfigs", Json::array({secret(kMeshCertificate)})},
                {"validationContextSdsSecretConfig", secret(kMeshValidation)}}}};
  if (const std::string name = server_name(spec); !name.empty()) tls["sni"] = name;
  const Json plain = {{"@type", "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"}};
  const Json matches =
      Json::array({{{"name", "tlsMode-istio"},
                    {"match", {{"tlsMode", "istio"}}},
                    {"transportSocket", {{"name", "envoy.transport_sockets.tls"}, {"typedConfig", tls}}}},
                   {{"name", "tlsMode-disabled"},
                    {"match", Json::object()},
                    {"transportSocket", {{"name", "envoy.transport_sockets.raw_buffer"}, {"typedConfig", plain}}}}});
  out.fragment_json("cluster", Json{{"transportSocketMatches", matches}}.dump(), {}, "/enableAutoMtls");
}

}  // namespace solder::plugins::istio

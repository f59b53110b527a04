// TLS towards a service, as a traffic policy's `tls` says: an Upstream's sslConfig. Source: Istio's reference of
// ClientTLSSettings. Tested by plugins/istio/testdata/destination_rule.json.
#pragma once

#include "traffic_policy.h"

namespace solder::plugins::istio {

// The names under which the agent of a mesh serves the proxy's identity by SDS, and the cluster of that name in Envoy's
// bootstrap. Source: Gloo's constants.
inline constexpr const char* kSdsCluster = "gateway_proxy_sds";
inline constexpr const char* kMeshCertificate = "istio_server_cert";
inline constexpr const char* kMeshValidation = "istio_validation_context";
inline constexpr const char* kMeshProtocol = "istio";

// sslConfig.sds with the mesh's names.
Json mesh_sds();
// "outbound_.9080_.v1_.reviews.shop.svc.cluster.local": what proxies of the mesh are asked for.
std::string mesh_server_name(const std::string& host, uint64_t port, const std::string& subset);

void upstream_tls(Fields tls, const PolicyPlace& place, Json& spec);

}  // namespace solder::plugins::istio

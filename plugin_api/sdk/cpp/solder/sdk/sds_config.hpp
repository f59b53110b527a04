// solder/sdk/sds_config.hpp - where a TLS secret comes from: SdsSecretConfig over Solder's own ADS stream, or from an
// SDS server that the user runs (Gloo's `sds`). A part of tls_context.hpp. Tested by plugins/tls/testdata.
#ifndef SOLDER_SDK_SDS_CONFIG_HPP_
#define SOLDER_SDK_SDS_CONFIG_HPP_

#include <string>

#include "solder/envoy_fields.h"
#include "solder/sdk/json.hpp"

namespace solder::sdk {

namespace tls_fields = envoy::extensions::transport_sockets::tls::v3;
namespace core_fields = envoy::config::core::v3;

// SdsSecretConfig{name, ads}.
inline Message ads_secret(std::string_view name) {
  Message source;
  source.add_message(core_fields::ConfigSource::kAds, {});
  source.add_enum(core_fields::ConfigSource::kResourceApiVersion, core_fields::ApiVersion::kV3);
  return Message()
      .add_string(tls_fields::SdsSecretConfig::kName, name)
      .add_message(tls_fields::SdsSecretConfig::kSdsConfig, source);
}

// The GrpcService of Gloo's `sds`: a cluster of Envoy's, or a target that Google's client reaches by itself.
inline Message sds_service(std::string_view secret_name, const Json& sds) {
  namespace grpc = core_fields::GrpcService;
  const std::string target = get_string(sds, "targetUri");
  std::string cluster = get_string(sds, "clusterName");
  if (!target.empty() && cluster.empty()) {
    return Message().add_message(grpc::kGoogleGrpc, Message()
                                                        .add_string(grpc::GoogleGrpc::kTargetUri, target)
                                                        .add_string(grpc::GoogleGrpc::kStatPrefix, secret_name));
  }
  if (cluster.empty()) cluster = "gateway_proxy_sds";
  return Message().add_message(grpc::kEnvoyGrpc, Message().add_string(grpc::EnvoyGrpc::kClusterName, cluster));
}

// SdsSecretConfig of Gloo's `sds`.
inline Message served_secret(std::string_view name, const Json& sds) {
  Message api;
  api.add_enum(core_fields::ApiConfigSource::kApiType, core_fields::ApiConfigSource::ApiType::kGRPC);
  api.add_message(core_fields::ApiConfigSource::kGrpcServices, sds_service(name, sds));
  api.add_enum(core_fields::ApiConfigSource::kTransportApiVersion, core_fields::ApiVersion::kV3);
  Message source;
  source.add_message(core_fields::ConfigSource::kApiConfigSource, api);
  source.add_enum(core_fields::ConfigSource::kResourceApiVersion, core_fields::ApiVersion::kV3);
  return Message()
      .add_string(tls_fields::SdsSecretConfig::kName, name)
      .add_message(tls_fields::SdsSecretConfig::kSdsConfig, source);
}

// 1 to 4 for TLSv1_0 to TLSv1_3, Envoy's numbers; 0: Envoy decides.
inline int tls_version(const std::string& name) {
  if (name.size() == 7 && name.starts_with("TLSv1_") && name[6] >= '0' && name[6] <= '3') return name[6] - '0' + 1;
  return 0;
}

}  // namespace solder::sdk

#endif

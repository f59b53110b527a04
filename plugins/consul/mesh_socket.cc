#include "mesh_socket.h"

#include "connect.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/tls_context.hpp"

namespace solder::plugins::consul {

namespace tls = sdk::tls_fields;
namespace matcher = envoy::type::matcher::v3;

using sdk::Message;

namespace {

constexpr const char* kField = "/connectEnabled";

Message served(const sdk::Ref& secret, const char* part, uint32_t form, sdk::Out& out) {
  const std::string name = sdk::to_string(secret) + "/" + part;
  out.secret_use({.sds_name = name, .ref = secret, .form = form, .field = kField});
  return sdk::ads_secret(name);
}

// "spiffe://TRUST_DOMAIN/ns/default/dc/dc1/svc/shop"
Message is_service(const std::string& service) {
  Message name;
  name.add_enum(tls::SubjectAltNameMatcher::kSanType, tls::SubjectAltNameMatcher::SanType::kURI);
  name.add_message(tls::SubjectAltNameMatcher::kMatcher,
                   Message().add_string(matcher::StringMatcher::kSuffix, "/svc/" + service));
  return Message().add_message(tls::CertificateValidationContext::kMatchTypedSubjectAltNames, name);
}

}  // namespace

void give_mesh_socket(const UpstreamSpec& spec, const std::string& secret_ns, sdk::Out& out) {
  const sdk::Ref secret{"Secret", secret_ns, kConnectSecret};
  if (!out.lookup(secret)) {
    return out.error({kField, "NoIdentity",
                      "sidecar proxies want to know who asks, and Solder has no identity in the mesh", "",
                      "pluginConfig.consul.connect: {serviceName: NAME}", secret});
  }
  using Combined = tls::CommonTlsContext::CombinedCertificateValidationContext::Field;
  Message validation;
  validation.add_message(Combined::kDefaultValidationContext, is_service(spec.service));
  validation.add_message(Combined::kValidationContextSdsSecretConfig,
                         served(secret, "ca", SOLDER_SECRET_VALIDATION_CONTEXT, out));
  Message common;
  common.add_message(tls::CommonTlsContext::kTlsCertificateSdsSecretConfigs,
                     served(secret, "certificate", SOLDER_SECRET_TLS_CERTIFICATE, out));
  common.add_message(tls::CommonTlsContext::kCombinedValidationContext, validation);
  out.fragment(sdk::kTlsSocketSlot, sdk::kUpstreamTlsContextUrl,
               Message().add_message(tls::UpstreamTlsContext::kCommonTlsContext, common), kField);
}

}  // namespace solder::plugins::consul

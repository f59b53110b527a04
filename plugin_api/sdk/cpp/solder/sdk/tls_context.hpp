// solder/sdk/tls_context.hpp - Gloo's sslConfig as Envoy's TLS contexts, for every plugin that makes a TLS socket: the
// `tls` plugin, and upstream types that need one socket for each host. Not in sdk.hpp: it wants nlohmann/json and the
// generated "solder/envoy_fields.h".
// Secrets go by name over ADS, "<namespace>/<name>/certificate" and "<namespace>/<name>/ca", the same for all users of
// a Secret. SAN matchers stand in a combined validation context beside the served CA, so they need no name of their
// own. Source of the behaviour: Gloo's SslConfig and UpstreamSslConfig. Tested by plugins/tls/testdata and
// plugins/static/testdata.
#ifndef SOLDER_SDK_TLS_CONTEXT_HPP_
#define SOLDER_SDK_TLS_CONTEXT_HPP_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "solder/envoy_fields.h"
#include "solder/sdk/cipher_suites.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/out.hpp"
#include "solder/sdk/sds_config.hpp"

namespace solder::sdk {

inline constexpr std::string_view kTlsSocketSlot = "transport_socket/envoy.transport_sockets.tls";
inline constexpr std::string_view kUpstreamTlsContextUrl =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
inline constexpr std::string_view kDownstreamTlsContextUrl =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";

enum class TlsSide { kUpstream, kDownstream };
// kQuiet: another plugin reports the problems and asks for the secrets; only the message is wanted.
enum class TlsReports { kAll, kQuiet };

// Builds the CommonTlsContext of one sslConfig, which stands at `at` below the option. Use once.
class CommonTls {
 public:
  CommonTls(const Json& config, TlsSide side, TlsReports reports, Out& out, std::string at = {})
      : config_(config),
        side_(side),
        reports_(reports),
        out_(out),
        at_(std::move(at)),
        sans_(get_strings(config, "verifySubjectAltName")) {}

  // Nothing where the configuration cannot be used; why is reported then.
  std::optional<Message> build() {
    if (const Json* ref = find(config_, "secretRef")) {
      from_secret(*ref);
      add_parameters();
    } else if (const Json* files = find(config_, "sslFiles")) {
      from_files(*files);
      add_parameters();
    } else if (const Json* sds = find(config_, "sds")) {
      from_sds(*sds);
      message_.add_message(tls_fields::CommonTlsContext::kTlsParams,
                           {});  // as Gloo, which has no `parameters` beside `sds`
    } else if (side_ == TlsSide::kDownstream) {
      error({"", "NoCertificate", "a server needs a certificate, and none is named", "",
             "one of secretRef, sslFiles, sds"});
    } else {
      if (!sans_.empty()) no_ca();
      add_parameters();
    }
    if (failed_) return std::nullopt;
    return std::move(message_);
  }

  // Whether the other side's certificate is checked, and whether ours has an OCSP response. After build().
  [[nodiscard]] bool validates() const { return validates_; }
  [[nodiscard]] bool has_staple() const { return has_staple_; }

 private:
  void error(const Problem& problem) {
    failed_ = true;
    if (reports_ == TlsReports::kAll) out_.error(placed(problem, at_ + std::string(problem.field)));
  }
  void warning(const Problem& problem) {
    if (reports_ == TlsReports::kAll) out_.warning(placed(problem, at_ + std::string(problem.field)));
  }
  static Problem placed(Problem problem, std::string_view field) {
    problem.field = field;
    return problem;
  }
  void no_ca() {
    error({"/verifySubjectAltName", "NoCertificateAuthority",
           "names can only be verified with a certificate authority, and none is given", "", "a root CA"});
  }
  // Upstream.sslConfig.oneWayTls: the server's certificate is not checked. On a listener it only makes the client's
  // certificate optional, which is the tls plugin's business.
  [[nodiscard]] bool skips_validation() const {
    return side_ == TlsSide::kUpstream && get_bool(config_, "oneWayTls").value_or(false);
  }

  void from_secret(const Json& json) {
    const std::string ns = get_string(json, "namespace"), name = get_string(json, "name");
    const Ref ref{"Secret", ns, name};
    const auto found = out_.lookup(ref);
    if (!found) {
      return error({"/secretRef", "SecretNotFound", "the Secret " + to_string(ref) + " is not there", to_string(ref),
                    "a Secret of type kubernetes.io/tls", ref});
    }
    const Json shape = parse_json(*found);
    if (!usable(shape, ref)) return;
    const std::vector<std::string> keys = get_strings(shape, "keys");
    const auto has = [&](const char* key) { return std::find(keys.begin(), keys.end(), key) != keys.end(); };
    has_staple_ = has("tls.ocsp-staple");
    if (has("tls.crt") && has("tls.key")) {
      serve(ref, "certificate", SOLDER_SECRET_TLS_CERTIFICATE,
            tls_fields::CommonTlsContext::kTlsCertificateSdsSecretConfigs);
    } else if (side_ == TlsSide::kDownstream || has("tls.crt") || has("tls.key")) {
      error({"/secretRef", "NoCertificate",
             "the Secret " + to_string(ref) + " must have both a certificate and its private key", "",
             "tls.crt and tls.key", ref});
    }
    if (!has("ca.crt")) {
      if (!sans_.empty()) no_ca();
    } else if (!skips_validation()) {
      serve(ref, "ca", SOLDER_SECRET_VALIDATION_CONTEXT, 0);
    }
  }

  bool usable(const Json& shape, const Ref& ref) {
    const std::string type = get_string(shape, "type"), secret = to_string(ref);
    if (const Json* problems = find(shape, "problems")) {
      for (const Json& problem : *problems) {
        const std::string reason = get_string(problem, "reason");
        const std::string message = "the Secret " + secret + ": " + get_string(problem, "message");
        const Problem report{"/secretRef", reason, message, secret, "", ref};
        if (get_string(problem, "severity") == "warning")
          warning(report);
        else
          error(report);
      }
    }
    if (failed_) return false;
    const std::vector<std::string> keys = get_strings(shape, "keys");
    const auto has = [&](const char* key) { return std::find(keys.begin(), keys.end(), key) != keys.end(); };
    // The values decide: certificates are put into Secrets of the type Opaque as well.
    if (type == "kubernetes.io/tls" || has("ca.crt") || has("tls.crt") || has("tls.key")) return true;
    error({"/secretRef", "WrongSecretType", "the Secret " + to_string(ref) + " is not a TLS secret", type,
           "kubernetes.io/tls, or the values tls.crt and tls.key, or ca.crt", ref});
    return false;
  }

  // Has the host serve a part of the Secret, and points at it; field 0: a validation context.
  void serve(const Ref& ref, const char* part, uint32_t form, uint32_t field) {
    const std::string sds_name = to_string(ref) + "/" + part;
    if (reports_ == TlsReports::kAll)
      out_.secret_use({.sds_name = sds_name, .ref = ref, .form = form, .field = at_ + "/secretRef"});
    const Message sds = ads_secret(sds_name);
    if (field != 0)
      message_.add_message(field, sds);
    else
      validate_by_sds(sds);
  }

  void validate_by_sds(const Message& sds) {
    validates_ = true;
    if (sans_.empty()) {
      message_.add_message(tls_fields::CommonTlsContext::kValidationContextSdsSecretConfig, sds);
      return;
    }
    message_.add_message(
        tls_fields::CommonTlsContext::kCombinedValidationContext,
        Message()
            .add_message(tls_fields::CommonTlsContext::CombinedCertificateValidationContext::kDefaultValidationContext,
                         san_matchers())
            .add_message(
                tls_fields::CommonTlsContext::CombinedCertificateValidationContext::kValidationContextSdsSecretConfig,
                sds));
  }

  // A name of whatever kind, equal to one of these. Gloo writes the deprecated match_subject_alt_names, which Envoy
  // reads as one matcher for each kind.
  [[nodiscard]] Message san_matchers() const {
    namespace kinds = tls_fields::SubjectAltNameMatcher::SanType;
    Message context;
    for (const std::string& san : sans_) {
      const Message exact = Message().add_string(envoy::type::matcher::v3::StringMatcher::kExact, san);
      for (const int32_t kind : {kinds::kDNS, kinds::kURI, kinds::kEMAIL, kinds::kIP_ADDRESS}) {
        context.add_message(tls_fields::CertificateValidationContext::kMatchTypedSubjectAltNames,
                            Message()
                                .add_enum(tls_fields::SubjectAltNameMatcher::kSanType, kind)
                                .add_message(tls_fields::SubjectAltNameMatcher::kMatcher, exact));
      }
    }
    return context;
  }

  // Paths on the proxy's disk. Solder cannot see them, so Envoy is the first to find them missing.
  void from_files(const Json& files) {
    const std::string certificate = get_string(files, "tlsCert"), key = get_string(files, "tlsKey");
    const std::string ca = get_string(files, "rootCa"), staple = get_string(files, "ocspStaple");
    const auto file = [](const std::string& path) {
      return Message().add_string(core_fields::DataSource::kFilename, path);
    };
    has_staple_ = !staple.empty();
    if (!certificate.empty() && !key.empty()) {
      Message pair;
      pair.add_message(tls_fields::TlsCertificate::kCertificateChain, file(certificate));
      pair.add_message(tls_fields::TlsCertificate::kPrivateKey, file(key));
      if (has_staple_) pair.add_message(tls_fields::TlsCertificate::kOcspStaple, file(staple));
      message_.add_message(tls_fields::CommonTlsContext::kTlsCertificates, pair);
    } else if (side_ == TlsSide::kDownstream || !certificate.empty() || !key.empty()) {
      error({"/sslFiles", "NoCertificate", "both a certificate and its private key are needed", "",
             "tlsCert and tlsKey"});
    }
    if (ca.empty()) {
      if (!sans_.empty()) no_ca();
    } else if (!skips_validation()) {
      validates_ = true;
      Message context = san_matchers();
      context.add_message(tls_fields::CertificateValidationContext::kTrustedCa, file(ca));
      message_.add_message(tls_fields::CommonTlsContext::kValidationContext, context);
    }
  }

  void from_sds(const Json& sds) {
    if (sds.contains("callCredentials")) {
      return error({"/sds/callCredentials", "NotServed", "call credentials from a file are not served", "",
                    "clusterName: a cluster that Envoy reaches the SDS server by"});
    }
    const std::string certificate = get_string(sds, "certificatesSecretName");
    const std::string validation = get_string(sds, "validationContextName");
    if (certificate.empty() && validation.empty()) {
      error({"/sds", "NoCertificate", "neither a certificate nor a validation context is named", "",
             "certificatesSecretName or validationContextName"});
    }
    if (side_ == TlsSide::kDownstream && certificate.empty() && !validation.empty()) {
      error({"/sds", "NoCertificate", "a server needs a certificate, and none is named", "", "certificatesSecretName"});
    }
    if (!sans_.empty() && validation.empty()) no_ca();
    if (failed_) return;
    if (!certificate.empty())
      message_.add_message(tls_fields::CommonTlsContext::kTlsCertificateSdsSecretConfigs,
                           served_secret(certificate, sds));
    if (!validation.empty()) validate_by_sds(served_secret(validation, sds));
  }

  void add_parameters() {
    const Json* parameters = find(config_, "parameters");
    if (parameters == nullptr) return;
    const int lowest = tls_version(get_string(*parameters, "minimumProtocolVersion"));
    const int highest = tls_version(get_string(*parameters, "maximumProtocolVersion"));
    if (lowest != 0 && highest != 0 && lowest > highest) {
      error({"/parameters/minimumProtocolVersion", "InvalidTlsVersions",
             "the lowest protocol version is above the highest", get_string(*parameters, "minimumProtocolVersion"),
             "at most " + get_string(*parameters, "maximumProtocolVersion")});
    }
    Message out;
    if (lowest != 0) out.add_enum(tls_fields::TlsParameters::kTlsMinimumProtocolVersion, lowest);
    if (highest != 0) out.add_enum(tls_fields::TlsParameters::kTlsMaximumProtocolVersion, highest);
    const std::vector<std::string> suites = get_strings(*parameters, "cipherSuites");
    for (size_t i = 0; i < suites.size(); ++i) {
      if (const std::string_view unknown = unknown_cipher_suite(suites[i]); !unknown.empty()) {
        error({"/parameters/cipherSuites/" + std::to_string(i), "UnknownCipherSuite",
               "Envoy knows no such cipher suite; those of TLS 1.3 cannot be chosen", unknown,
               "such as ECDHE-RSA-AES256-GCM-SHA384"});
      }
      out.add_string(tls_fields::TlsParameters::kCipherSuites, suites[i]);
    }
    for (const std::string& curve : get_strings(*parameters, "ecdhCurves"))
      out.add_string(tls_fields::TlsParameters::kEcdhCurves, curve);
    message_.add_message(tls_fields::CommonTlsContext::kTlsParams, out);
  }

  const Json& config_;
  TlsSide side_;
  TlsReports reports_;
  Out& out_;
  std::string at_;
  std::vector<std::string> sans_;
  Message message_;
  bool validates_ = false;
  bool has_staple_ = false;
  bool failed_ = false;
};

// UpstreamTlsContext of an Upstream's sslConfig, which stands at `at` below the option; `sni` where it is not empty
// stands for the configuration's own.
inline std::optional<Message> upstream_tls_context(const Json& config, std::string_view sni, TlsReports reports,
                                                   Out& out, std::string at = {}) {
  std::optional<Message> common = CommonTls(config, TlsSide::kUpstream, reports, out, std::move(at)).build();
  if (!common) return std::nullopt;
  for (const std::string& protocol : get_strings(config, "alpnProtocols"))
    common->add_string(tls_fields::CommonTlsContext::kAlpnProtocols, protocol);
  Message context;
  context.add_message(tls_fields::UpstreamTlsContext::kCommonTlsContext, *common);
  const std::string own_sni = get_string(config, "sni");
  if (!sni.empty() || !own_sni.empty())
    context.add_string(tls_fields::UpstreamTlsContext::kSni, sni.empty() ? own_sni : sni);
  if (get_bool(config, "allowRenegotiation").value_or(false))
    context.add_bool(tls_fields::UpstreamTlsContext::kAllowRenegotiation, true);
  return context;
}

}  // namespace solder::sdk

#endif

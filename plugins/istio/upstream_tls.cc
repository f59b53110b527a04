#include "upstream_tls.h"

namespace solder::plugins::istio {

namespace {

// Where Envoy finds certificate, key and CA: in a Secret, or in files beside it.
void own_certificate(Fields& tls, const PolicyPlace& place, bool mutual, Json& ssl) {
  const std::string credential = tls.text("credentialName");
  const std::string ca = tls.text("caCertificates");
  const bool unchecked = tls.flag("insecureSkipVerify").value_or(false);
  if (unchecked) ssl["oneWayTls"] = true;
  if (!credential.empty()) {
    const std::string& ns = place.options.credential_namespace;
    ssl["secretRef"] = {{"name", credential}, {"namespace", ns.empty() ? place.rule_ns : ns}};
    tls.pass({"clientCertificate", "privateKey"});
    return;
  }
  Json files = Json::object();
  if (mutual) {
    const std::string certificate = tls.text("clientCertificate"), key = tls.text("privateKey");
    if (certificate.empty() || key.empty()) {
      tls.report().warning({tls.path(), "MissingField", "mutual TLS needs a certificate with its key", "",
                            "credentialName, or clientCertificate and privateKey"});
    } else {
      files["tlsCert"] = certificate;
      files["tlsKey"] = key;
    }
  }
  if (!ca.empty() && ca != "system") {
    files["rootCa"] = ca;
  } else if (!unchecked && !place.options.ca_file.empty()) {
    files["rootCa"] = place.options.ca_file;
  } else if (!unchecked) {
    tls.report().warning({tls.at("caCertificates"), "NotVerified",
                          "no certificate authority is named, so that any certificate of the server is taken", "",
                          "caCertificates, insecureSkipVerify: true, or caFile in the plugin's configuration"});
  }
  if (!files.empty()) ssl["sslFiles"] = files;
}

}  // namespace

Json mesh_sds() {
  return {{"clusterName", kSdsCluster},
          {"certificatesSecretName", kMeshCertificate},
          {"validationContextName", kMeshValidation}};
}

std::string mesh_server_name(const std::string& host, uint64_t port, const std::string& subset) {
  return "outbound_." + std::to_string(port) + "_." + subset + "_." + host;
}

void upstream_tls(Fields tls, const PolicyPlace& place, Json& spec) {
  if (!tls.present()) return;
  const std::string mode = tls.text("mode");
  if (mode.empty() || mode == "DISABLE") {
    if (place.is_service) spec["disableIstioAutoMtls"] = true;
    tls.pass({"sni", "subjectAltNames", "caCertificates", "insecureSkipVerify", "credentialName"});
    return tls.rest();
  }
  Json ssl = Json::object();
  std::string name = tls.text("sni");
  if (mode == "ISTIO_MUTUAL") {
    ssl["sds"] = mesh_sds();
    ssl["alpnProtocols"] = {kMeshProtocol};
    if (name.empty()) name = mesh_server_name(place.host, place.port, place.subset);
  } else if (mode == "SIMPLE" || mode == "MUTUAL") {
    own_certificate(tls, place, mode == "MUTUAL", ssl);
    if (name.empty() && !place.is_service && place.host.find('*') == std::string::npos) name = place.host;
  } else {
    return tls.report().warning({tls.at("mode"), "InvalidValue", "there is no such mode; there is no TLS", mode,
                                 "DISABLE, SIMPLE, MUTUAL or ISTIO_MUTUAL"});
  }
  if (!name.empty()) ssl["sni"] = name;
  auto names = tls.texts("subjectAltNames");
  if (names.empty()) names = place.subject_alt_names;
  const bool checked =
      ssl.contains("sds") || ssl.contains("secretRef") || part(part(ssl, "sslFiles"), "rootCa").is_string();
  if (!names.empty() && checked) ssl["verifySubjectAltName"] = names;
  tls.rest();
  spec["sslConfig"] = ssl;
}

}  // namespace solder::plugins::istio

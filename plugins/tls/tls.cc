// sslConfig: on a virtual service the filter chain's server names and certificate, on an upstream the cluster's TLS
// socket. What both share is sdk/tls_context.hpp. Secrets never come here: only their shape, and what is wrong with it.
// Source: Gloo's SslConfig and UpstreamSslConfig; Envoy DownstreamTlsContext, FilterChain. Tested by
// plugins/tls/testdata and by tests/e2e/tls_test.py.
#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/tls_context.hpp"

namespace solder::plugins::tls {

namespace listener = envoy::config::listener::v3;
namespace context = envoy::extensions::transport_sockets::tls::v3;
using sdk::Json;
using sdk::Message;

namespace {

// Envoy matches whole names and wildcards of whole labels at the left, and refuses a listener with anything else.
bool is_server_name(const std::string& name) {
  const std::string_view rest = name.starts_with("*.") ? std::string_view(name).substr(2) : std::string_view(name);
  return !rest.empty() && rest.find_first_of(std::string_view("* \t\r\n/:\0", 8)) == std::string_view::npos;
}

Message filter_chain(const Json& config, sdk::Out& out) {
  Message match;
  const std::vector<std::string> domains = sdk::get_strings(config, "sniDomains");
  for (size_t i = 0; i < domains.size(); ++i) {
    if (!is_server_name(domains[i])) {
      out.error({"/sniDomains/" + std::to_string(i), "InvalidServerName", "this is no server name", domains[i],
                 "www.example.com or *.example.com"});
    }
    match.add_string(listener::FilterChainMatch::kServerNames, domains[i]);
  }
  Message chain;
  chain.add_message(listener::FilterChain::kFilterChainMatch, match);
  if (const auto timeout = sdk::get_duration(config, "transportSocketConnectTimeout")) {
    const std::string text = sdk::get_string(config, "transportSocketConnectTimeout");
    if (text.starts_with('-')) {
      out.error({"/transportSocketConnectTimeout", "InvalidDuration", "a duration is not below zero here", text,
                 "0s or more"});
    }
    if (*timeout > sdk::Duration{}) chain.add_duration(listener::FilterChain::kTransportSocketConnectTimeout, *timeout);
  }
  return chain;
}

// None means Gloo's own, which are Envoy's usual two; the word allow_empty alone means none indeed.
std::vector<std::string> alpn_of(const Json& config) {
  std::vector<std::string> protocols = sdk::get_strings(config, "alpnProtocols");
  if (protocols.empty()) return {"h2", "http/1.1"};
  if (protocols.size() == 1 && protocols.front() == "allow_empty") protocols.clear();
  return protocols;
}

int staple_policy(const Json& config) {
  const std::string policy = sdk::get_string(config, "ocspStaplePolicy");
  namespace policies = context::DownstreamTlsContext::OcspStaplePolicy;
  if (policy == "STRICT_STAPLING") return policies::kSTRICT_STAPLING;
  return policy == "MUST_STAPLE" ? policies::kMUST_STAPLE : policies::kLENIENT_STAPLING;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json config = sdk::parse_json(in.json);
    if (in.scope == SOLDER_SCOPE_UPSTREAM)
      upstream(config, out);
    else
      virtual_service(config, out);
  }

 private:
  static void upstream(const Json& config, sdk::Out& out) {
    const auto message = sdk::upstream_tls_context(config, {}, sdk::TlsReports::kAll, out);
    if (message) out.fragment(sdk::kTlsSocketSlot, sdk::kUpstreamTlsContextUrl, *message);
  }

  static void virtual_service(const Json& config, sdk::Out& out) {
    const Message chain = filter_chain(config, out);
    sdk::CommonTls builder(config, sdk::TlsSide::kDownstream, sdk::TlsReports::kAll, out);
    std::optional<Message> common = builder.build();
    const int policy = staple_policy(config);
    if (common && policy == context::DownstreamTlsContext::OcspStaplePolicy::kMUST_STAPLE && !builder.has_staple() &&
        !config.contains("sds")) {
      out.error({"/ocspStaplePolicy", "NoOcspStaple", "an OCSP response is demanded, and the certificate has none", "",
                 "tls.ocsp-staple in the Secret, or sslFiles.ocspStaple"});
    }
    if (!common || out.failed()) return;
    for (const std::string& protocol : alpn_of(config))
      common->add_string(context::CommonTlsContext::kAlpnProtocols, protocol);
    Message socket;
    socket.add_message(context::DownstreamTlsContext::kCommonTlsContext, *common);
    if (builder.validates()) {
      socket.add_bool_value(context::DownstreamTlsContext::kRequireClientCertificate,
                            !sdk::get_bool(config, "oneWayTls").value_or(false));
    }
    if (sdk::get_bool(config, "disableTlsSessionResumption").value_or(false))
      socket.add_bool(context::DownstreamTlsContext::kDisableStatelessSessionResumption, true);
    if (policy != 0) socket.add_enum(context::DownstreamTlsContext::kOcspStaplePolicy, policy);
    out.fragment("filter_chain", chain);
    out.fragment(sdk::kTlsSocketSlot, sdk::kDownstreamTlsContextUrl, socket);
  }
};

}  // namespace solder::plugins::tls

SOLDER_PLUGIN(solder::plugins::tls::Plugin, "tls", "1.0.0")

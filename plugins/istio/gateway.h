// Istio's Gateways: which hosts stand at which ports, and with which certificates. HTTP and HTTPS servers make the
// virtual services of their hosts what they are; ports that none of Gloo's own gateways listens at get a Gateway.
// Source: Istio's reference of Gateway and ServerTLSSettings. Tested by plugins/istio/testdata/gateway.json.
#pragma once

#include <string>
#include <vector>

#include "destination_rule.h"

namespace solder::plugins::istio {

struct Server {
  enum class Kind { kHttp, kHttps, kTls, kTcp } kind = Kind::kHttp;
  uint64_t port = 0;   // as Istio numbers it
  uint64_t bound = 0;  // where the proxy listens for it
  std::vector<HostFilter> hosts;
  Json ssl;               // sslConfig without names, where TLS ends here; else null
  bool redirect = false;  // to https
  std::string path;

  // What stands here of a host that a virtual service of that namespace names; empty: nothing.
  [[nodiscard]] std::vector<std::string> serves(const std::string& host, const std::string& ns) const;
};
using ServerKind = Server::Kind;

// The servers that can be served; what cannot is reported.
std::vector<Server> read_servers(const Json& gateway, const std::string& ns, const Options& options, Report& report);
// Whether the proxies are those that the Gateway selects.
bool is_selected(const Json& gateway, const Options& options);

// Labels by which a derived Gateway finds what stands on it.
std::string port_label(uint64_t bound);

void derive_gateway(const sdk::SourceInput& in, const Options& options, sdk::Out& out);

}  // namespace solder::plugins::istio

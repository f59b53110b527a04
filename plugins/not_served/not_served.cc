// What Gloo sells and stock Envoy has nothing for: each key is an error that says so and names the way round, instead
// of an option that has no effect. Tested by plugins/not_served/testdata.
#include <array>

#include "solder/sdk.hpp"

namespace solder::plugins::not_served {

namespace {

struct Missing {
  std::string_view key, why, instead;
};
constexpr std::array kMissing = {
    Missing{"waf", "stock Envoy has no web application firewall: ModSecurity is a filter of Solo's own Envoy",
            "a firewall in front of the gateway, or one that speaks ext_proc by the option extProc"},
    Missing{"dlp",
            "stock Envoy masks no data in answers and logs: data loss prevention is a filter of Solo's own Envoy",
            "a server that masks answers by the option extProc, or an access log format without what is secret"},
    Missing{
        "ai",
        "stock Envoy knows no language models: Gloo's AI gateway is a server of Solo's and filters of its own Envoy",
        "a proxy for models as an ordinary upstream, or one that speaks ext_proc by the option extProc"},
    Missing{"proxyLatency", "stock Envoy does not measure its own latency: that is a filter of Solo's own Envoy",
            "%REQUEST_DURATION%, %RESPONSE_DURATION% and %RESPONSE_TX_DURATION% in accessLoggingService"},
    Missing{"tap",
            "stock Envoy taps into files and its admin page, not to servers: those are sinks of Solo's own Envoy",
            "a server that copies, by the option extProc, or shadowing"},
    Missing{
        "sanitizeClusterHeader",
        "stock Envoy has no filter that takes the header of clusterHeader from clients: it is one of Solo's own Envoy",
        "a proxy in front that removes it, or routes that do not choose by a header which clients reach"},
};

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (in.json == "false") return;
    for (const Missing& missing : kMissing) {
      if (missing.key == in.key) out.error({"", "NotServed", missing.why, in.key, missing.instead});
    }
  }
};

}  // namespace solder::plugins::not_served

SOLDER_PLUGIN(solder::plugins::not_served::Plugin, "not_served", "1.0.0")

// Options that need filters which only the Envoy of Gloo Enterprise has. They are refused with what is missing and the
// way around, because a manifest that asks for a firewall must not be served without one. Tested by
// plugins/enterprise_only/testdata.
#include <array>

#include "solder/sdk.hpp"

namespace solder::plugins::enterprise_only {

namespace {

struct Missing {
  std::string_view key;
  std::string_view message;
  std::string_view around;
};

constexpr std::array<Missing, 6> kMissing = {{
    {"waf", "stock Envoy has no web application firewall",
     "a ModSecurity or Coraza server behind extauth or extProc, or a Coraza module by wasm"},
    {"dlp", "stock Envoy has no data loss prevention", "a server that masks bodies, by extProc"},
    {"ai", "stock Envoy has no language model gateway",
     "headerManipulation, hostRewrite and retries on a route to the provider"},
    {"proxyLatency", "stock Envoy does not measure its own latency",
     "%REQUEST_DURATION%, %RESPONSE_DURATION% and %RESPONSE_TX_DURATION% in accessLoggingService"},
    {"tap", "stock Envoy taps into files and its admin page, not to servers",
     "extProc with a server that copies, or shadowing"},
    {"sanitizeClusterHeader", "stock Envoy has no filter that takes the header from clients before the route is chosen",
     "a proxy in front that removes it; in Envoy, do not route by a header that clients can reach"},
}};

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    if (in.json == "false") return;
    for (const Missing& missing : kMissing) {
      if (missing.key == in.key) out.error({"", "NotInStockEnvoy", missing.message, "", missing.around});
    }
  }
};

}  // namespace solder::plugins::enterprise_only

SOLDER_PLUGIN(solder::plugins::enterprise_only::Plugin, "enterprise_only", "1.0.0")

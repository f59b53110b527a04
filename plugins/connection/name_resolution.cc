// dnsRefreshRate. As Gloo: below a millisecond it is left out with a warning, and on an Upstream whose addresses Envoy
// does not resolve it is an error.
#include "parts.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"

namespace solder::plugins::connection {

namespace cluster = envoy::config::cluster::v3;
using sdk::Json;

namespace {

constexpr sdk::Duration kShortest{0, 1000000};

// Whether the Upstream, as its author wrote it, gives a cluster with names for Envoy to resolve.
bool has_names(const Json& object) {
  const Json* spec = sdk::find(object, "spec");
  if (spec == nullptr) return false;
  if (spec->contains("azure") || spec->contains("gcp") || spec->contains("aws")) return true;
  const Json* fixed = sdk::find(*spec, "static");
  const Json* hosts = fixed == nullptr ? nullptr : sdk::find(*fixed, "hosts");
  if (hosts == nullptr || !hosts->is_array()) return false;
  for (const Json& host : *hosts) {
    if (host.is_object() && !sdk::is_ip_address(sdk::get_string(host, "addr"))) return true;
  }
  return false;
}

}  // namespace

void dns_refresh_rate(const Json& value, const sdk::Ref& object, sdk::Out& out) {
  const auto rate = sdk::parse_duration(value.get_ref<const std::string&>());
  if (!rate) return;
  if (*rate < kShortest) {
    return out.warning({"", "InvalidDuration", "names are resolved every millisecond at most; this is left out",
                        value.get<std::string>(), "0.001s or more"});
  }
  const auto upstream = out.lookup(object);
  if (upstream && !has_names(sdk::parse_json(*upstream))) {
    return out.error({"", "NoNamesToResolve", "Envoy resolves no names for this upstream", value.get<std::string>(),
                      "static hosts with a DNS name"});
  }
  out.fragment("cluster", sdk::Message().add_duration(cluster::Cluster::kDnsRefreshRate, *rate));
}

}  // namespace solder::plugins::connection

#include "dns_cache.h"

#include <cstdint>
#include <optional>

namespace solder::plugins::dynamic_forward_proxy {

using sdk::Json;

namespace {

constexpr const char* kAt = "/dnsCacheConfig";
constexpr sdk::Duration kMillisecond{0, 1000000};

std::string content_name(const std::string& content) {
  uint64_t hash = 14695981039346656037ull;  // FNV-1a
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return kGeneratedPrefix + std::to_string(hash);
}

// Whether the duration is given and longer than `least`, or as long where that is enough.
void check_duration(const Json& from, const char* name, sdk::Duration least, bool equal_is_enough,
                    const std::string& at, const char* expected, sdk::Out& out) {
  const std::string text = sdk::get_string(from, name);
  const auto given = sdk::get_duration(from, name);
  if (!given) return;
  const bool enough = !text.starts_with('-') && (least < *given || (equal_is_enough && !(*given < least)));
  const std::string place = at + "/" + name;
  if (!enough) out.error({place, "InvalidDuration", "the duration is too short", text, expected});
}

void check_refresh_rate(const Json& rate, sdk::Out& out) {
  const std::string at = std::string(kAt) + "/dnsFailureRefreshRate";
  const auto base = sdk::get_duration(rate, "baseInterval");
  if (!base) {
    const std::string place = at + "/baseInterval";
    return out.error({place, "MissingField", "a refresh rate needs an interval", "", "more than 1ms"});
  }
  check_duration(rate, "baseInterval", kMillisecond, false, at, "more than 1ms", out);
  check_duration(rate, "maxInterval", *base, true, at, "at least baseInterval", out);
}

void check_address(const Json& address, const std::string& at, sdk::Out& out) {
  if (sdk::get_string(address, "address").empty()) {
    const std::string place = at + "/address";
    out.error({place, "MissingField", "an address is needed", "", "an IP address or a name"});
  }
  if (!address.contains("portValue") && !address.contains("namedPort")) {
    const std::string place = at + "/portValue";
    out.error({place, "MissingField", "a port is needed", "", "1 to 65535"});
  }
}

Json cares(const Json& value, sdk::Out& out) {
  const std::string at = std::string(kAt) + "/caresDns/resolvers";
  const Json* resolvers = sdk::find(value, "resolvers");
  if (resolvers == nullptr || resolvers->empty()) {
    out.error(
        {at, "MissingField", "at least one resolver must be named", "", "socketAddress with address and portValue"});
    return nullptr;
  }
  for (size_t i = 0; i < resolvers->size(); ++i) {
    const Json& one = (*resolvers)[i];
    const std::string place = at + "/" + std::to_string(i);
    if (const Json* socket = sdk::find(one, "socketAddress"))
      check_address(*socket, place + "/socketAddress", out);
    else if (!one.contains("pipe"))
      out.error({place, "MissingField", "a resolver needs an address", "", "socketAddress or pipe"});
  }
  Json config = value;
  config["@type"] = "type.googleapis.com/envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig";
  return {{"name", "envoy.network.dns_resolver.cares"}, {"typedConfig", std::move(config)}};
}

}  // namespace

Json dns_cache(const Json& value, sdk::Out& out) {
  Json cache = value;
  if (!cache.contains("dnsLookupFamily")) cache["dnsLookupFamily"] = "V4_PREFERRED";  // Gloo's first, not Envoy's
  check_duration(value, "dnsRefreshRate", kMillisecond, true, kAt, "1ms or more", out);
  check_duration(value, "hostTtl", {}, false, kAt, "more than 0s", out);
  check_duration(value, "dnsQueryTimeout", {}, false, kAt, "more than 0s", out);
  if (const Json* rate = sdk::find(value, "dnsFailureRefreshRate")) check_refresh_rate(*rate, out);
  if (const Json* hosts = sdk::find(value, "preresolveHostnames")) {
    for (size_t i = 0; i < hosts->size(); ++i)
      check_address((*hosts)[i], std::string(kAt) + "/preresolveHostnames/" + std::to_string(i), out);
  }
  cache.erase("caresDns");
  if (const Json* resolver = sdk::find(value, "caresDns")) cache["typedDnsResolverConfig"] = cares(*resolver, out);
  if (value.contains("appleDns")) {
    const std::string place = std::string(kAt) + "/appleDns";
    out.error({place, "NotServed", "only Envoy on macOS has Apple's resolver", "", "caresDns, or neither"});
  }
  cache["name"] = content_name(cache.dump());
  return cache;
}

}  // namespace solder::plugins::dynamic_forward_proxy

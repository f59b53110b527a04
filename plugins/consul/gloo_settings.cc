#include "gloo_settings.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace solder::plugins::consul {

using sdk::Json;

namespace {

// A field of Gloo's, and where the plugin's configuration has it.
struct Field {
  const char *gloo, *ours;
};
constexpr std::array kConsul{Field{"address", "/address"},
                             Field{"httpAddress", "/address"},
                             Field{"datacenter", "/datacenter"},
                             Field{"caFile", "/caFile"},
                             Field{"certFile", "/certFile"},
                             Field{"keyFile", "/keyFile"},
                             Field{"insecureSkipVerify", "/insecureSkipVerify"},
                             Field{"waitTime", "/waitTime"},
                             Field{"serviceDiscovery", "/serviceDiscovery"}};
constexpr std::array kDiscovery{Field{"useTlsTagging", "/upstreamDiscovery/useTlsTagging"},
                                Field{"tlsTagName", "/upstreamDiscovery/tlsTagName"},
                                Field{"rootCa", "/upstreamDiscovery/rootCa"},
                                Field{"splitTlsServices", "/upstreamDiscovery/splitTlsServices"},
                                Field{"serviceTagsAllowlist", "/upstreamDiscovery/serviceTagsAllowlist"},
                                Field{"consistencyMode", "/consistencyMode"}};
constexpr std::array kStore{Field{"rootKey", "/kvSource/rootKey"}};

// What is not read at all, and what to do instead.
struct NotServed {
  const char *field, *why, *right;
};
constexpr std::array kNotServed{NotServed{"token", "a token in Settings would stand where many may read it",
                                          "pluginConfig.consul.tokenFile: a file with the token"},
                                NotServed{"username", "who asks is said by a token", "pluginConfig.consul.tokenFile"},
                                NotServed{"password", "who asks is said by a token", "pluginConfig.consul.tokenFile"},
                                NotServed{"caPath", "a directory of authorities is not read",
                                          "pluginConfig.consul.caFile: one file with all of them"}};

Json at(const Json& config, const char* pointer) {
  const Json::json_pointer place(pointer);
  return config.is_object() && config.contains(place) ? config.at(place) : Json();
}

// The plugin's configuration with one field set, as a reader would take it; empty where it is none.
std::string meaning_of(const char* pointer, const Json& value) {
  Json config = Json::object();
  try {
    config[Json::json_pointer(pointer)] = value;
    if (std::string_view(pointer) == "/address") return read_settings(config).address;
    if (std::string_view(pointer) == "/waitTime") return std::to_string(read_settings(config).wait.count());
  } catch (const std::exception&) {
    return "";
  }
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// What Settings say at `field`, and the configuration at `pointer`.
void compare(const std::string& field, const char* pointer, const Json& said, const Json& config, sdk::Out& out) {
  const Json ours = at(config, pointer);
  if (!ours.is_null() && meaning_of(pointer, ours) == meaning_of(pointer, said)) return;
  std::string place = pointer;
  std::replace(place.begin(), place.end(), '/', '.');
  const std::string text = said.dump(-1, ' ', false, Json::error_handler_t::replace);
  out.warning({field, "NoEffect",
               "where Consul is, and what is read there, is said by pluginConfig.consul of Solder's settings file, for "
               "Settings may stand in Consul themselves; it says " +
                   (ours.is_null() ? std::string("nothing of this") : ours.dump()),
               text, "pluginConfig.consul" + place + ": " + text});
}

template <typename Fields>
void compare_all(const Fields& fields, const Json& value, const Json& config, sdk::Out& out) {
  for (const Field& each : fields) {
    if (const Json* said = sdk::find(value, each.gloo))
      compare(std::string("/") + each.gloo, each.ours, *said, config, out);
  }
}

// What is switched on by being there.
void compare_presence(const char* pointer, const Json& config, sdk::Out& out) {
  if (at(config, pointer).is_null()) compare("", pointer, Json::object(), config, out);
}

void check_connection(const Json& value, const Json& config, sdk::Out& out) {
  compare_all(kConsul, value, config, out);
  for (const NotServed& each : kNotServed) {
    if (sdk::find(value, each.field) != nullptr)
      out.warning({std::string("/") + each.field, "NotServed", each.why, "", each.right});
  }
  const std::string dns = sdk::get_string(value, "dnsAddress");
  if (!dns.empty() && !is_dns_address(dns)) {
    out.error({"/dnsAddress", "InvalidAddress", "names cannot be resolved at this address", dns,
               "an IP address and a port, such as 127.0.0.1:8600"});
  }
}

}  // namespace

void check_gloo_settings(std::string_view key, const Json& value, const Json& config, sdk::Out& out) {
  if (!value.is_object()) return;
  if (key == "consul") {
    check_connection(value, config, out);
  } else if (key == "consulDiscovery") {
    compare_presence("/upstreamDiscovery", config, out);
    compare_all(kDiscovery, value, config, out);
  } else {
    compare_presence("/kvSource", config, out);
    compare_all(kStore, value, config, out);
  }
}

Names names_of(const Settings& settings, sdk::Out& out) {
  Names names{settings.dns_address, settings.dns_period};
  if (!names.address.empty() && names.period.count() > 0) return names;
  const auto text = out.lookup({"Settings", "", ""});
  const Json object = text ? sdk::parse_json(*text) : Json();
  const Json* spec = object.is_object() ? sdk::find(object, "spec") : nullptr;
  const Json* consul = spec != nullptr && spec->is_object() ? sdk::find(*spec, "consul") : nullptr;
  const auto either = [&](const char* name, const char* other) {
    if (consul == nullptr || !consul->is_object()) return std::string();
    const std::string first = sdk::get_string(*consul, name);
    return first.empty() ? sdk::get_string(*consul, other) : first;
  };
  const std::string dns = either("dnsAddress", "dns_address");
  if (names.address.empty() && is_dns_address(dns)) names.address = dns;
  const auto period = sdk::parse_duration(either("dnsPollingInterval", "dns_polling_interval"));
  if (names.period.count() <= 0 && period) {
    names.period = std::chrono::seconds(period->seconds) +
                   std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(period->nanos));
  }
  if (names.period < std::chrono::milliseconds(1)) names.period = std::chrono::seconds(5);
  return names;
}

}  // namespace solder::plugins::consul

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

// Files of a certificate and its key, and TLS by tags and its authority, are right only together: whether they are is
// seen where all is.
bool can_be_read(const char* pointer, const Json& value) {
  const std::string_view place(pointer);
  if (place != "/address" && place != "/waitTime") return true;
  try {
    Json config = Json::object();
    config[Json::json_pointer(pointer)] = value;
    static_cast<void>(read_settings(config));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

template <typename Fields>
void add_all(const Fields& fields, const Json& value, Json& into) {
  for (const Field& each : fields) {
    const Json* said = sdk::find(value, each.gloo);
    if (said != nullptr && can_be_read(each.ours, *said)) into[Json::json_pointer(each.ours)] = *said;
  }
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

// What counts has to be readable.
void check_value(const std::string& field, const char* pointer, const Json& said, sdk::Out& out) {
  if (can_be_read(pointer, said)) return;
  const std::string text = said.dump(-1, ' ', false, Json::error_handler_t::replace);
  out.error({field, "InvalidValue", "this cannot be read, and counts for nothing", text,
             std::string_view(pointer) == "/address" ? "a host and a port, such as consul:8500 or https://consul:8501"
                                                     : "a duration between 1s and 9m"});
}

// What Settings say at `field`, and the configuration at `pointer`.
void compare(const std::string& field, const char* pointer, const Json& said, const Json& config, bool counts,
             sdk::Out& out) {
  const Json ours = at(config, pointer);
  if (!ours.is_null() && meaning_of(pointer, ours) == meaning_of(pointer, said)) return;
  if (counts && ours.is_null()) return check_value(field, pointer, said, out);
  std::string place = pointer;
  std::replace(place.begin(), place.end(), '/', '.');
  const std::string text = said.dump(-1, ' ', false, Json::error_handler_t::replace);
  out.warning({field, "NoEffect",
               (counts ? std::string("pluginConfig.consul of Solder's settings file says this first; it says ")
                       : "where Consul is, and what is read there, is said by pluginConfig.consul of Solder's settings "
                         "file, for Settings may stand in Consul themselves; it says ") +
                   (ours.is_null() ? std::string("nothing of this") : ours.dump()),
               text, "pluginConfig.consul" + place + ": " + text});
}

template <typename Fields>
void compare_all(const Fields& fields, const Json& value, const Json& config, bool counts, sdk::Out& out) {
  for (const Field& each : fields) {
    if (const Json* said = sdk::find(value, each.gloo))
      compare(std::string("/") + each.gloo, each.ours, *said, config, counts, out);
  }
}

// What is switched on by being there.
void compare_presence(const char* pointer, const Json& config, sdk::Out& out) {
  if (at(config, pointer).is_null()) compare("", pointer, Json::object(), config, false, out);
}

void check_connection(const Json& value, const Json& config, bool counts, sdk::Out& out) {
  compare_all(kConsul, value, config, counts, out);
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

// What is right only together.
void check_whole(std::string_view key, const Json& value, sdk::Out& out) {
  Json config = Json::object();
  if (key == "consulDiscovery") config["upstreamDiscovery"] = Json::object();
  key == "consul" ? add_all(kConsul, value, config) : add_all(kDiscovery, value, config);
  try {
    static_cast<void>(read_settings(config));
  } catch (const std::exception& why) {
    out.error({"", "InvalidValue", std::string("this counts for nothing: ") + why.what(), "", "all of it"});
  }
}

}  // namespace

bool follows_settings(const Settings& own) {
  return !own.kv && !own.discovery.on && !own.lease && own.connect_service.empty();
}

Json with_gloo_settings(const Json& spec, const Json& config) {
  const Json own = config.is_object() ? config : Json::object();
  const auto part = [&spec](const char* name) {
    const Json* found = spec.is_object() ? sdk::find(spec, name) : nullptr;
    return found != nullptr && found->is_object() ? found : nullptr;
  };
  Json connection = Json::object(), all;
  if (const Json* consul = part("consul")) add_all(kConsul, *consul, connection);
  all = connection;
  if (const Json* discovery = part("consulDiscovery")) {
    all["upstreamDiscovery"] = Json::object();
    add_all(kDiscovery, *discovery, all);
  }
  for (Json* each : {&all, &connection}) {
    each->merge_patch(own);
    try {
      static_cast<void>(read_settings(*each));
      return *each;
    } catch (const std::exception&) {
      continue;  // said where Settings are checked
    }
  }
  return own;
}

void check_gloo_settings(std::string_view key, const Json& value, const Json& config, sdk::Out& out) {
  if (!value.is_object()) return;
  const bool counts = follows_settings(read_settings(config));
  if (key == "consul") {
    check_connection(value, config, counts, out);
  } else if (key == "consulDiscovery") {
    if (!counts) compare_presence("/upstreamDiscovery", config, out);
    compare_all(kDiscovery, value, config, counts, out);
  } else {
    compare_presence("/kvSource", config, out);
    compare_all(kStore, value, config, false, out);
  }
  if (counts && key != "consulKvSource") check_whole(key, value, out);
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

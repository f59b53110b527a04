#include "settings.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "solder/sdk/checked.hpp"
#include "solder/sdk/configuration.hpp"
#include "solder/sdk/web_endpoint.hpp"
#include "upstream.h"

namespace solder::plugins::consul {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kShortestWait = std::chrono::seconds(1), kLongestSettingsWait = std::chrono::minutes(9);

sdk::MemberReader duration(milliseconds& into, milliseconds least, milliseconds most) {
  return [&into, least, most](const Json& value) {
    const auto parsed = value.is_string() ? sdk::parse_duration(value.get_ref<const std::string&>()) : std::nullopt;
    if (!parsed) return false;
    into = std::chrono::seconds(parsed->seconds) +
           std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds(parsed->nanos));
    return into >= least && into <= most;
  };
}

std::string without_slashes(std::string key) {
  while (!key.empty() && key.back() == '/') key.pop_back();
  while (!key.empty() && key.front() == '/') key.erase(0, 1);
  return key;
}

bool read_address(const Json& value, std::string& into) {
  if (!value.is_string()) return false;
  std::string given = value.get<std::string>();
  if (given.find("://") == std::string::npos) given = "http://" + given;  // as in Gloo: host and port
  while (!given.empty() && given.back() == '/') given.pop_back();
  const auto parsed = sdk::parse_web_endpoint(given);
  if (!parsed) return false;
  into = (parsed->tls ? "https://" : "http://") + parsed->authority();
  return true;
}

bool read_dns_address(const Json& value, std::string& into) {
  if (!value.is_string()) return false;
  into = value.get<std::string>();
  return is_dns_address(into);
}

bool read_kv_source(const Json& value, Settings& out) {
  std::string status_root;
  sdk::read_members(value, "kvSource",
                    {{"rootKey", sdk::text_into(out.root)},
                     {"statusRootKey", sdk::text_into(status_root)},
                     {"writeStatuses", sdk::flag_into(out.statuses)}});
  out.root = without_slashes(out.root);
  if (out.root.empty()) throw std::invalid_argument("kvSource.rootKey: a key without it is the whole store of others");
  out.status_root = status_root.empty() ? out.root + "/status" : without_slashes(status_root);
  return out.kv = true;
}

bool read_discovery(const Json& value, UpstreamDiscovery& out) {
  const auto ca = [&out](const Json& ref) {
    sdk::read_members(ref, "upstreamDiscovery.rootCa",
                      {{"name", sdk::text_into(out.ca_name)}, {"namespace", sdk::text_into(out.ca_namespace)}});
    return true;
  };
  sdk::read_members(value, "upstreamDiscovery",
                    {{"useTlsTagging", sdk::flag_into(out.tls_tagging)},
                     {"tlsTagName", sdk::text_into(out.tls_tag)},
                     {"rootCa", ca},
                     {"splitTlsServices", sdk::flag_into(out.split_tls)},
                     {"serviceTagsAllowlist", sdk::texts_into(out.allowed_tags)},
                     {"writeUpstreams", sdk::flag_into(out.write_upstreams)}});
  if (out.tls_tagging && (out.ca_name.empty() || out.ca_namespace.empty())) {
    throw std::invalid_argument(
        "upstreamDiscovery.rootCa: with useTlsTagging it has to name a Secret with the authority, by name and "
        "namespace");
  }
  return out.on = true;
}

bool read_consistency(const Json& value, Consistency& into) {
  if (!value.is_string()) return false;
  const std::string& mode = value.get_ref<const std::string&>();
  if (mode != "DefaultMode" && mode != "StaleMode" && mode != "ConsistentMode") return false;
  into = consistency_of(mode);
  return true;
}

bool read_health(const Json& value, Settings::Health& into) {
  static const std::map<std::string, Settings::Health> kNames = {{"PASSING", Settings::Health::kPassing},
                                                                 {"WARNING", Settings::Health::kWarning},
                                                                 {"ANY", Settings::Health::kAny}};
  const auto at = value.is_string() ? kNames.find(value.get<std::string>()) : kNames.end();
  if (at == kNames.end()) return false;
  into = at->second;
  return true;
}

}  // namespace

bool is_dns_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  return colon != std::string_view::npos && sdk::is_ip_address(std::string(text.substr(0, colon))) &&
         sdk::parse_port(text.substr(colon + 1)).has_value();
}

Consistency consistency_of(std::string_view mode) {
  if (mode == "StaleMode") return Consistency::kStale;
  return mode == "ConsistentMode" ? Consistency::kConsistent : Consistency::kDefault;
}

const char* parameter_of(Consistency mode) {
  if (mode == Consistency::kStale) return "stale";
  return mode == Consistency::kConsistent ? "consistent" : "";
}

Settings read_settings(const Json& config) {
  Settings out;
  std::optional<bool> lease;
  const auto most_waiting = [&out](const Json& value) {
    if (!value.is_number_unsigned() || value < 1 || value > 4000) return false;
    out.most_waiting = value.get<size_t>();
    return true;
  };
  const auto service_discovery = [&out](const Json& value) {
    sdk::read_members(value, "serviceDiscovery", {{"dataCenters", sdk::texts_into(out.data_centers)}});
    return true;
  };
  const auto connect = [&out](const Json& value) {
    sdk::read_members(value, "connect", {{"serviceName", sdk::text_into(out.connect_service)}});
    return !out.connect_service.empty();
  };
  sdk::read_members(
      config, "",
      {{"address", [&](const Json& value) { return read_address(value, out.address); }},
       {"datacenter", sdk::text_into(out.data_center)},
       {"tokenFile", sdk::text_into(out.token_file)},
       {"caFile", sdk::text_into(out.ca_file)},
       {"certFile", sdk::text_into(out.certificate_file)},
       {"keyFile", sdk::text_into(out.key_file)},
       {"insecureSkipVerify", sdk::flag_into(out.unverified)},
       {"waitTime", duration(out.wait, kShortestWait, kLongestSettingsWait)},
       {"consistencyMode", [&](const Json& value) { return read_consistency(value, out.consistency); }},
       {"maxBlockingQueries", most_waiting},
       {"kvSource", [&](const Json& value) { return read_kv_source(value, out); }},
       {"lease", [&](const Json& value) { return value.is_boolean() && (lease = value.get<bool>(), true); }},
       {"writeNamespace", sdk::text_into(out.write_namespace)},
       {"serviceDiscovery", service_discovery},
       {"upstreamDiscovery", [&](const Json& value) { return read_discovery(value, out.discovery); }},
       {"connect", connect},
       {"endpointHealth", [&](const Json& value) { return read_health(value, out.health); }},
       {"dnsAddress", [&](const Json& value) { return read_dns_address(value, out.dns_address); }},
       {"dnsPollingInterval", duration(out.dns_period, std::chrono::seconds(1), std::chrono::hours(1))}});
  if (out.certificate_file.empty() != out.key_file.empty())
    throw std::invalid_argument("certFile and keyFile are right only together");
  out.lease = lease.value_or(out.kv);
  return out;
}

}  // namespace solder::plugins::consul

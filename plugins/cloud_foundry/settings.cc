#include "settings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "solder/sdk/configuration.hpp"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::cloud_foundry {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr double kShortestPeriod = 1, kLongestPeriod = 86400;
constexpr size_t kMostRequests = 100000;

sdk::MemberReader address(std::string& into) {
  return [&into](const Json& value) {
    const auto url = value.is_string() ? base_url(value.get<std::string>()) : std::nullopt;
    into = url.value_or("");
    return url.has_value();
  };
}

bool read_seconds(const Json& value, milliseconds& into) {
  if (!value.is_number() || value < kShortestPeriod || value > kLongestPeriod) return false;
  into = milliseconds(static_cast<int64_t>(value.get<double>() * 1000));
  return true;
}

bool read_dns_address(const Json& value, std::string& into) {
  if (!value.is_string()) return false;
  into = value.get<std::string>();
  const size_t colon = into.rfind(':');
  in6_addr parsed;  // room for either
  return colon != std::string::npos &&
         (inet_pton(AF_INET, into.substr(0, colon).c_str(), &parsed) == 1 ||
          inet_pton(AF_INET6, into.substr(0, colon).c_str(), &parsed) == 1) &&
         sdk::parse_port(std::string_view(into).substr(colon + 1)).has_value();
}

Router read_router(const Json& value, const std::string& where) {
  Router router;
  bool has_port = false;
  const auto port = [&](const Json& number) {
    if (!number.is_number_unsigned() || number < 1 || number > 65535) return false;
    router.port = number.get<uint64_t>();
    return has_port = true;
  };
  const auto host = [&](const Json& name) {
    return sdk::text_into(router.address)(name) && sdk::is_host_name(router.address);
  };
  sdk::read_members(value, where, {{"address", host}, {"port", port}, {"tls", sdk::flag_into(router.tls)}});
  if (!has_port && !router.tls) router.port = 80;
  return router;
}

UpstreamDiscovery read_upstream_discovery(const Json& value, const std::string& where) {
  UpstreamDiscovery out;
  sdk::read_members(value, where,
                    {{"orgs", sdk::texts_into(out.orgs)},
                     {"spaces", sdk::texts_into(out.spaces)},
                     {"labelSelector", sdk::text_into(out.label_selector)},
                     {"writeNamespace", sdk::text_into(out.write_namespace)}});
  return out;
}

Foundation read_foundation(const Json& value, const std::string& where) {
  Foundation out;
  const auto requests = [&out](const Json& number) {
    if (!number.is_number_unsigned() || number < 1 || number > kMostRequests) return false;
    out.requests_per_minute = number.get<size_t>();
    return true;
  };
  const auto secret = [&](const Json& ref) {
    sdk::read_members(ref, where + ".secretRef",
                      {{"name", sdk::text_into(out.secret_name)}, {"namespace", sdk::text_into(out.secret_ns)}});
    return !out.secret_name.empty() && !out.secret_ns.empty();
  };
  const auto router = [&](const Json& given) {
    out.router = read_router(given, where + ".router");
    return true;
  };
  const auto upstreams = [&](const Json& given) {
    out.upstreams = read_upstream_discovery(given, where + ".upstreamDiscovery");
    return true;
  };
  sdk::read_members(value, where,
                    {{"name", sdk::text_into(out.name)},
                     {"api", address(out.api)},
                     {"uaa", address(out.uaa)},
                     {"credentialsFile", sdk::text_into(out.credentials_file)},
                     {"secretRef", secret},
                     {"caFile", sdk::text_into(out.ca_file)},
                     {"insecureSkipVerify", sdk::flag_into(out.unverified)},
                     {"listEverySeconds", [&out](const Json& number) { return read_seconds(number, out.period); }},
                     {"requestsPerMinute", requests},
                     {"router", router},
                     {"upstreamDiscovery", upstreams}});
  if (out.name.empty() || out.api.empty())
    throw std::invalid_argument(where + ": a foundation needs a name and an api, https://HOST[:PORT]");
  if (out.credentials_file.empty() == out.secret_name.empty())
    throw std::invalid_argument(where + ": either credentialsFile or secretRef says who asks");
  if (!out.secret_name.empty() && (!out.ca_file.empty() || out.unverified))
    throw std::invalid_argument(where + ": with secretRef authorities stand in the Secret, as ca.crt");
  return out;
}

}  // namespace

std::optional<std::string> base_url(const std::string& text) {
  const auto parsed = sdk::parse_web_endpoint(text);
  if (!parsed) return std::nullopt;
  return (parsed->tls ? "https://" : "http://") + parsed->authority();
}

size_t share_of(const Foundation& foundation) {
  return foundation.upstreams ? std::max<size_t>(1, foundation.requests_per_minute / 2)
                              : foundation.requests_per_minute;
}

const Foundation* Settings::find(const std::string& name) const {
  if (name.empty()) return foundations.size() == 1 ? &foundations[0] : nullptr;
  for (const Foundation& each : foundations) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

Settings read_settings(const Json& config) {
  Settings out;
  const auto foundations = [&out](const Json& value) {
    if (!value.is_array()) return false;
    for (size_t i = 0; i < value.size(); ++i) {
      Foundation each = read_foundation(value[i], "foundations[" + std::to_string(i) + "]");
      if (out.find(each.name) != nullptr)
        throw std::invalid_argument("foundations[" + std::to_string(i) + "].name: there are two of this name");
      out.foundations.push_back(std::move(each));
    }
    return true;
  };
  sdk::read_members(config, "",
                    {{"foundations", foundations},
                     {"dnsAddress", [&out](const Json& value) { return read_dns_address(value, out.dns_address); }},
                     {"dnsPollingSeconds", [&out](const Json& value) { return read_seconds(value, out.dns_period); }}});
  return out;
}

}  // namespace solder::plugins::cloud_foundry

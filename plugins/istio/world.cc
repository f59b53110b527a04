#include "world.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace solder::plugins::istio {

namespace {

constexpr const char* kHostIndex = "/spec/host";

std::string created(const Json& object) {
  const Json& metadata = part(object, "metadata");
  return metadata.is_object() ? sdk::get_string(metadata, "creationTimestamp") : "";
}

}  // namespace

bool ServicePort::speaks_http2() const {
  const std::string& said = protocol.empty() ? name : protocol;
  static constexpr std::array<std::string_view, 4> kWords = {"grpc", "http2", "h2c", "kubernetes.io/h2c"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return said == word || said.starts_with(std::string(word) + "-"); });
}

bool is_exported(const Json& spec, const std::string& ns, const std::string& for_ns) {
  const Json& list = part(spec, "exportTo");
  if (!list.is_array() || list.empty()) return true;
  return std::any_of(list.begin(), list.end(),
                     [&](const Json& each) { return each == "*" || each == for_ns || (each == "." && ns == for_ns); });
}

std::optional<Json> World::find(const char* kind, const std::string& ns, const std::string& name) {
  const auto text = out_.lookup({kind, ns, name});
  return text ? std::optional(sdk::parse_json(*text)) : std::nullopt;
}

std::vector<Json> World::all(const char* kind, const std::string& ns) {
  std::vector<Json> out;
  for (const auto& each : out_.list(kind, ns, "", "")) out.push_back(sdk::parse_json(each.json));
  return out;
}

std::optional<std::vector<ServicePort>> World::service_ports(const std::string& ns, const std::string& name) {
  const auto service = find("Service", ns, name);
  if (!service) return std::nullopt;
  std::vector<ServicePort> out;
  for (const Json& each : part(part(*service, "spec"), "ports")) {
    if (!each.is_object()) continue;
    out.push_back(
        {sdk::get_uint(each, "port").value_or(0), sdk::get_string(each, "name"), sdk::get_string(each, "appProtocol")});
  }
  return out;
}

std::optional<Json> World::entry(const std::string& host, const std::string& ns) {
  for (const std::string& place : {ns, options_.write_namespace, options_.root_namespace}) {
    for (Json& object : all(kServiceEntry, place)) {
      const Json& hosts = part(part(object, "spec"), "hosts");
      if (hosts.is_array() && std::find(hosts.begin(), hosts.end(), host) != hosts.end()) return std::move(object);
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> World::entry_port(const std::string& host, const std::string& ns) {
  const auto object = entry(host, ns);
  if (!object) return std::nullopt;
  const Json& ports = part(part(*object, "spec"), "ports");
  if (!ports.is_array() || ports.size() != 1 || !ports.front().is_object()) return std::nullopt;
  return sdk::get_uint(ports.front(), "number");
}

Target World::target(const std::string& host, const std::string& ns) {
  Target out = resolve(options_, host, ns);
  const size_t dot = host.find('.');
  if (out.is_service() || is_wildcard(host) || dot == std::string::npos || host.find('.', dot + 1) != std::string::npos)
    return out;
  const std::string service = host.substr(0, dot), service_ns = host.substr(dot + 1);
  return service_ports(service_ns, service) ? resolve(options_, service, service_ns) : out;
}

std::vector<Rule> World::rules_for(const Target& target, const std::string& ns) {
  std::vector<std::string> places = {options_.write_namespace, target.is_service() ? target.ns : ns,
                                     options_.root_namespace};
  for (const std::string& place : places) {
    for (const std::string& host : spellings(target, place)) {
      std::vector<std::tuple<std::string, std::string, Rule>> found;
      for (const auto& each : out_.list(kDestinationRule, place, kHostIndex, host)) {
        const Json object = sdk::parse_json(each.json);
        Rule rule{place, std::string(each.ref.name), part(object, "spec")};
        if (!is_exported(rule.spec, place, options_.write_namespace) || rule.spec.contains("workloadSelector"))
          continue;
        found.emplace_back(created(object), rule.name, std::move(rule));
      }
      if (found.empty()) continue;
      std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
      });
      std::vector<Rule> out;
      for (auto& each : found) out.push_back(std::move(std::get<2>(each)));
      return out;
    }
  }
  return {};
}

}  // namespace solder::plugins::istio

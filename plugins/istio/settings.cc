#include "settings.h"

#include <stdexcept>

#include "fields.h"

namespace solder::plugins::istio {

using sdk::Json;

namespace {

constexpr uint64_t kLastPort = 65535;

uint64_t port_of(const std::string& text) {
  uint64_t port = 0;
  for (const char c : text) port = c >= '0' && c <= '9' && port <= kLastPort ? port * 10 + (c - '0') : kLastPort + 1;
  return text.empty() ? 0 : port;
}

bool read_ports(const Json& value, std::map<uint64_t, uint64_t>& out) {
  if (!value.is_object()) return false;
  for (const auto& [from, to] : value.items()) {
    const uint64_t port = port_of(from);
    if (port == 0 || port > kLastPort || !to.is_number_unsigned() || to == 0 || to > kLastPort) return false;
    out[port] = to.get<uint64_t>();
  }
  return true;
}

bool read_labels(const Json& value, std::map<std::string, std::string>& out) {
  if (!value.is_object()) return false;
  for (const auto& [name, label] : value.items()) {
    if (!label.is_string()) return false;
    out[name] = label.get<std::string>();
  }
  return true;
}

std::string* text_of(Options& out, const std::string& name) {
  if (name == "writeNamespace") return &out.write_namespace;
  if (name == "rootNamespace") return &out.root_namespace;
  if (name == "clusterDomain") return &out.cluster_domain;
  if (name == "locality") return &out.locality;
  if (name == "credentialNamespace") return &out.credential_namespace;
  return name == "caFile" ? &out.ca_file : nullptr;
}

}  // namespace

Options read_options(std::string_view config) {
  Options out;
  const Json json = sdk::parse_json(config);
  for (const auto& [name, value] : json.items()) {
    bool right = false;
    if (std::string* text = text_of(out, name); text != nullptr) {
      right = value.is_string();
      if (right) *text = value.get<std::string>();
    } else if (name == "discoverRouteRules") {
      right = value.is_boolean();
      if (right) out.discover = value.get<bool>();
    } else if (name == "gatewaySelector") {
      right = read_labels(value, out.gateway_selector);
    } else if (name == "ports") {
      right = read_ports(value, out.ports);
    }
    if (!right) {
      throw std::invalid_argument(
          "unknown or of the wrong type: " + name +
          "; right are discoverRouteRules (true or false), writeNamespace, rootNamespace, clusterDomain, "
          "credentialNamespace, locality and caFile (texts), gatewaySelector (a map of labels) and ports (a map of a "
          "Gateway's "
          "port to where the proxy listens for it, such as {\"443\": 8443})");
    }
  }
  return out;
}

const Json& istio_options(const Json& settings) { return part(part(part(settings, "spec"), "gloo"), "istioOptions"); }

}  // namespace solder::plugins::istio

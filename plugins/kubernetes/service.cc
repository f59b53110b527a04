#include "service.h"

namespace solder::plugins::kubernetes {

const sdk::Json& part(const sdk::Json& json, const char* name) {
  static const sdk::Json kNone;
  const sdk::Json* found = json.is_object() ? sdk::find(json, name) : nullptr;
  return found == nullptr ? kNone : *found;
}

Labels labels_of(const sdk::Json& json) {
  Labels out;
  if (!json.is_object()) return out;
  for (const auto& [key, value] : json.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
  return out;
}

UpstreamSpec::UpstreamSpec(const sdk::Json& json)
    : service(sdk::get_string(json, "serviceName")),
      ns(sdk::get_string(json, "serviceNamespace")),
      port(sdk::get_uint(json, "servicePort").value_or(0)),
      selector(labels_of(part(json, "selector"))) {
  const sdk::Json& subset_spec = part(json, "subsetSpec");
  for (const sdk::Json& subset : part(subset_spec, "selectors")) {
    subsets.push_back({sdk::get_strings(subset, "keys"), sdk::get_bool(subset, "singleHostPerSubset").value_or(false)});
  }
  if (subset_spec.is_object()) subset_fallback = sdk::get_string(subset_spec, "fallbackPolicy");
  default_subset = labels_of(part(part(subset_spec, "defaultSubset"), "values"));
}

// `mesh`: as the plugin `istio` decides it, which makes the sockets of the cluster.
void UpstreamSpec::read_whole(std::string_view spec_json) {
  const auto mentions = [&](std::string_view name) { return spec_json.find(name) != std::string_view::npos; };
  if (!mentions("enableAutoMtls") && !mentions("localit")) return;
  const sdk::Json whole = sdk::parse_json(spec_json);
  localities = sdk::LocalityRules(whole);
  const sdk::Json& options = part(whole, "istioOptions");
  mesh = part(options, "enableAutoMtls") == true && part(options, "enableIntegration") == true &&
         part(whole, "disableIstioAutoMtls") != true && part(whole, "sslConfig").is_null();
}

Service::Service(const sdk::Json& json) {
  const sdk::Json& spec = part(json, "spec");
  if (spec.is_null()) return;
  type = sdk::get_string(spec, "type");
  external_name = sdk::get_string(spec, "externalName");
  selector = labels_of(part(spec, "selector"));
  for (const sdk::Json& each : part(spec, "ports")) {
    ports.push_back(
        {sdk::get_string(each, "name"), sdk::get_uint(each, "port").value_or(0), sdk::get_string(each, "appProtocol")});
  }
  const auto families = sdk::get_strings(spec, "ipFamilies");
  if (!families.empty()) first_ip_family = families.front();
}

const ServicePort* Service::find_port(uint64_t number) const {
  for (const ServicePort& each : ports) {
    if (each.port == number) return &each;
  }
  return nullptr;
}

std::optional<Service> find_service(const UpstreamSpec& spec, sdk::Out& out) {
  const auto json = out.lookup({"Service", spec.ns, spec.service});
  return json ? std::optional(Service(sdk::parse_json(*json))) : std::nullopt;
}

}  // namespace solder::plugins::kubernetes

#include "core/config/catalog_access.h"
#include "core/config/decode.h"

namespace solder::config {

using nlohmann::json;

namespace {

// What plugins' schemas want from here for Upstreams, checked by them.
std::vector<model::OptionDefault> upstream_defaults(const json& spec, const model::ObjectRef& ref,
                                                    const SchemaCatalog& catalog, model::Diagnostics& diagnostics) {
  std::vector<model::OptionDefault> defaults;
  for (const DefaultPlace& place : default_places(catalog)) {
    const json::json_pointer pointer(place.settings_path);
    if (!spec.contains(pointer)) continue;
    const json value =
        check_value(*place.schema, spec.at(pointer), "/spec" + place.settings_path, ref, diagnostics, uses_of(catalog));
    defaults.push_back({place.path, value.dump()});
  }
  return defaults;
}

}  // namespace

Decoded<model::Settings> decode_settings(const model::Object& object, const SchemaCatalog& catalog) {
  auto checked = check_spec(object, catalog, "settings");
  Decoded<model::Settings> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  const json& spec = checked.spec;
  model::Settings settings;
  settings.ref = object.ref;
  settings.spec_json = spec.dump();
  if (const std::string ns = text_of(spec, "discoveryNamespace"); !ns.empty()) settings.write_namespace = ns;
  for (const auto& name : member(spec, "watchNamespaces")) settings.watch_namespaces.push_back(name);
  settings.read_gateways_from_all_namespaces = flag_of(member(spec, "gateway"), "readGatewaysFromAllNamespaces");
  const json& policy = member(member(spec, "gloo"), "invalidConfigPolicy");
  settings.invalid_config_policy.replace_invalid_routes = flag_of(policy, "replaceInvalidRoutes");
  if (policy.contains("invalidRouteResponseCode")) {
    settings.invalid_config_policy.response_code = number_of(policy, "invalidRouteResponseCode");
  }
  if (policy.contains("invalidRouteResponseBody")) {
    settings.invalid_config_policy.response_body = text_of(policy, "invalidRouteResponseBody");
  }
  if (const uint32_t code = settings.invalid_config_policy.response_code; code < 200 || code > 599) {
    out.diagnostics.push_back({.reason = "InvalidValue",
                               .object = object.ref,
                               .field = "/spec/gloo/invalidConfigPolicy/invalidRouteResponseCode",
                               .message = "Envoy answers with a status from 200 to 599",
                               .found = std::to_string(code),
                               .expected = "200 to 599"});
    return out;
  }
  settings.upstream_defaults = upstream_defaults(spec, object.ref, catalog, out.diagnostics);
  if (has_error(out.diagnostics)) return out;
  json options = json::object();
  for (const auto& [key, value] : spec.items()) {
    if (claimed(catalog, "settings", key)) options[key] = value;
  }
  settings.options = option_set(options, "/spec");
  out.value = std::move(settings);
  return out;
}

}  // namespace solder::config

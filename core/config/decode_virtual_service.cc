#include "core/config/catalog_access.h"
#include "core/config/decode.h"
#include "core/config/route_decoder.h"
#include "core/config/tree_builder.h"

namespace solder::config {

using nlohmann::json;

namespace {

class Decoder {
 public:
  Decoder(const model::ObjectRef& object, const SchemaCatalog& catalog, model::Diagnostics& diagnostics)
      : object_(object), catalog_(catalog), diagnostics_(diagnostics) {}

  model::VirtualService decode(const json& spec) {
    model::VirtualService service;
    service.ref = object_;
    service.display_name = text_of(spec, "displayName");
    json options = json::object();
    for (const auto& [key, value] : spec.items()) {
      if (claimed(catalog_, "virtual_service", key)) options[key] = value;
    }
    service.options = option_set(options, "/spec");
    service.has_ssl = spec.contains("sslConfig");
    service.has_virtual_host = spec.contains("virtualHost");
    service.domains_path = "/spec/virtualHost/domains";
    if (!service.has_virtual_host) return service;
    const json& host = spec["virtualHost"];
    for (const auto& domain : member(host, "domains")) service.domains.push_back(domain);
    service.virtual_host_options = option_set(member(host, "options"), "/spec/virtualHost/options");
    for (const auto& ref : member(member(host, "optionsConfigRefs"), "delegateOptions")) {
      service.option_refs.push_back(read_ref(ref, "VirtualHostOption", object_.ns));
    }
    const json& routes = member(host, "routes");
    service.routes.reserve(routes.size());
    for (size_t i = 0; i < routes.size(); ++i) {
      service.routes.push_back(
          RouteDecoder(object_, diagnostics_).route(routes[i], "/spec/virtualHost/routes/" + std::to_string(i)));
    }
    return service;
  }

 private:
  const model::ObjectRef& object_;
  const SchemaCatalog& catalog_;
  model::Diagnostics& diagnostics_;
};

}  // namespace

Decoded<model::VirtualService> decode_virtual_service(const model::Object& object, const SchemaCatalog& catalog) {
  auto checked = check_spec(object, catalog, "virtual_service");
  Decoded<model::VirtualService> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  auto service = Decoder(object.ref, catalog, out.diagnostics).decode(checked.spec);
  if (!has_error(out.diagnostics)) out.value = std::move(service);
  return out;
}

}  // namespace solder::config

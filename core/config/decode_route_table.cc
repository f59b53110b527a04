// The objects that routes are composed of besides virtual services: route tables, options and groups by reference.
#include "core/config/catalog_access.h"
#include "core/config/decode.h"
#include "core/config/route_decoder.h"

namespace solder::config {

Decoded<model::RouteTable> decode_route_table(const model::Object& object, const SchemaCatalog& catalog) {
  auto checked = check_spec(object, catalog, "route_table");
  Decoded<model::RouteTable> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  out.value = model::RouteTable{object.ref, checked.spec.value("weight", 0)};
  return out;
}

Decoded<std::string> decode_options_object(const model::Object& object, const SchemaCatalog& catalog) {
  auto checked = check_spec(object, catalog, object.ref.kind == "RouteOption" ? "route_option" : "virtual_host_option");
  Decoded<std::string> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  const auto& options = member(checked.spec, "options");
  out.value = options.is_null() ? "{}" : options.dump();
  return out;
}

Decoded<model::UpstreamGroup> decode_upstream_group(const model::Object& object, const SchemaCatalog& catalog) {
  auto checked = check_spec(object, catalog, "upstream_group");
  Decoded<model::UpstreamGroup> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  model::UpstreamGroup group{object.ref, {}};
  RouteDecoder decoder(object.ref, out.diagnostics);
  const auto& destinations = member(checked.spec, "destinations");
  for (size_t i = 0; i < destinations.size(); ++i) {
    group.destinations.push_back(
        decoder.weighted_destination(destinations[i], "/spec/destinations/" + std::to_string(i)));
  }
  if (!has_error(out.diagnostics)) out.value = std::move(group);
  return out;
}

}  // namespace solder::config

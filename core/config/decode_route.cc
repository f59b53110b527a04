// One route by itself, and what delegation has to know of it.
#include "core/config/catalog_access.h"
#include "core/config/decode.h"
#include "core/config/route_decoder.h"

namespace solder::config {

using nlohmann::json;

namespace {

json checked_route(const model::ObjectRef& object, const std::string& text, const SchemaCatalog& catalog,
                   model::Diagnostics& diagnostics) {
  const Schema& schema = *schema_of(catalog, "route_table").properties.find("routes")->second->items;
  return check_value(schema, json::parse(text, nullptr, false), "", object, diagnostics, uses_of(catalog));
}

std::optional<bool> wrapped_flag(const json& value, const char* key) {
  if (!value.contains(key)) return std::nullopt;
  return flag_of(value, key);
}

bool has_action(const json& value) {
  for (const char* action : {"routeAction", "redirectAction", "directResponseAction", "delegateAction"}) {
    if (value.contains(action)) return true;
  }
  return false;
}

}  // namespace

Decoded<model::Route> decode_route(const model::ObjectRef& object, const std::string& text,
                                   const SchemaCatalog& catalog) {
  Decoded<model::Route> out;
  const json checked = checked_route(object, text, catalog, out.diagnostics);
  if (has_error(out.diagnostics)) return out;
  auto route = RouteDecoder(object, out.diagnostics).route(checked, "");
  if (!has_error(out.diagnostics)) out.value = std::move(route);
  return out;
}

Decoded<model::RouteOutline> outline_route(const model::ObjectRef& object, const std::string& text,
                                           const SchemaCatalog& catalog) {
  Decoded<model::RouteOutline> out;
  const json checked = checked_route(object, text, catalog, out.diagnostics);
  if (has_error(out.diagnostics)) return out;
  model::RouteOutline outline;
  outline.name = text_of(checked, "name");
  outline.canonical = checked.dump();
  if (checked.contains("options")) outline.options = checked["options"].dump();
  outline.matchers = RouteDecoder::matchers(checked, "");
  outline.inheritable_matchers = wrapped_flag(checked, "inheritableMatchers");
  outline.inheritable_path_matchers = wrapped_flag(checked, "inheritablePathMatchers");
  outline.has_action = has_action(checked);
  if (checked.contains("delegateAction")) {
    outline.delegate =
        RouteDecoder(object, out.diagnostics).delegate_action(checked["delegateAction"], "/delegateAction");
  }
  for (const auto& ref : member(member(checked, "optionsConfigRefs"), "delegateOptions")) {
    outline.option_refs.push_back(read_ref(ref, "RouteOption", object.ns));
  }
  out.value = std::move(outline);
  return out;
}

}  // namespace solder::config

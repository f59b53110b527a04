#include "core/config/catalog_access.h"
#include "core/config/decode.h"
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
    const json& routes = member(host, "routes");
    service.routes.reserve(routes.size());
    for (size_t i = 0; i < routes.size(); ++i) {
      service.routes.push_back(route(routes[i], "/spec/virtualHost/routes/" + std::to_string(i)));
    }
    return service;
  }

  model::Route route(const json& value, const std::string& path) {
    model::Route route;
    route.path = path;
    route.name = text_of(value, "name");
    const json& matchers = member(value, "matchers");
    for (size_t i = 0; i < matchers.size(); ++i) {
      route.matchers.push_back(matcher(matchers[i], path + "/matchers/" + std::to_string(i)));
    }
    if (route.matchers.empty()) {
      route.matchers.emplace_back();
      route.matchers.back().path = path + "/matchers";
    }
    route.options = option_set(member(value, "options"), path + "/options");
    action(value, route);
    return route;
  }

 private:
  static model::Matcher matcher(const json& value, const std::string& path) {
    model::Matcher out;
    out.path = path;
    using Path = model::Matcher::Path;
    for (const auto& [key, kind] :
         {std::pair{"prefix", Path::kPrefix}, {"exact", Path::kExact}, {"regex", Path::kRegex}}) {
      if (!value.contains(key)) continue;
      out.kind = kind;
      out.text = text_of(value, key);
    }
    if (value.contains("connectMatcher")) out.kind = Path::kConnect;
    if (value.contains("caseSensitive")) out.case_sensitive = flag_of(value, "caseSensitive");
    for (const auto& header : member(value, "headers")) {
      out.headers.push_back({text_of(header, "name"), text_of(header, "value"), flag_of(header, "regex"),
                             flag_of(header, "invertMatch")});
    }
    for (const auto& parameter : member(value, "queryParameters")) {
      out.query_parameters.push_back(
          {text_of(parameter, "name"), text_of(parameter, "value"), flag_of(parameter, "regex")});
    }
    for (const auto& method : member(value, "methods")) out.methods.push_back(method);
    return out;
  }

  void action(const json& value, model::Route& route) {
    const std::string& path = route.path;
    if (value.contains("routeAction")) {
      route.action = forward(value["routeAction"], path + "/routeAction");
    } else if (value.contains("redirectAction")) {
      route.action = redirect(value["redirectAction"], path + "/redirectAction");
    } else if (value.contains("directResponseAction")) {
      const json& direct = value["directResponseAction"];
      route.action = model::DirectResponseAction{number_of(direct, "status"), text_of(direct, "body"),
                                                 path + "/directResponseAction"};
    } else if (value.contains("delegateAction")) {
      route.action = model::DelegateAction{value["delegateAction"].dump(), path + "/delegateAction"};
    }
  }

  static model::RedirectAction redirect(const json& value, const std::string& path) {
    model::RedirectAction out;
    out.path = path;
    out.host_redirect = text_of(value, "hostRedirect");
    out.path_redirect = text_of(value, "pathRedirect");
    out.prefix_rewrite = text_of(value, "prefixRewrite");
    if (value.contains("regexRewrite")) out.regex_rewrite_json = value["regexRewrite"].dump();
    out.port_redirect = number_of(value, "portRedirect");
    out.response_code = text_of(value, "responseCode");
    out.https_redirect = flag_of(value, "httpsRedirect");
    out.strip_query = flag_of(value, "stripQuery");
    return out;
  }

  model::RouteAction forward(const json& value, const std::string& path) {
    model::RouteAction action;
    action.path = path;
    action.cluster_header = text_of(value, "clusterHeader");
    if (value.contains("upstreamGroup"))
      action.upstream_group = read_ref(value["upstreamGroup"], "UpstreamGroup", object_.ns);
    if (value.contains("dynamicForwardProxy")) {
      action.dynamic_forward_proxy = true;
      action.dynamic_forward_proxy_json = value["dynamicForwardProxy"].dump();
    }
    if (value.contains("single")) {
      model::WeightedDestination single;
      single.destination = destination(value["single"], path + "/single");
      single.path = path + "/single";
      action.destinations.push_back(std::move(single));
    }
    if (!value.contains("multi")) return action;
    action.multi = true;
    const json& destinations = member(value["multi"], "destinations");
    for (size_t i = 0; i < destinations.size(); ++i) {
      model::WeightedDestination weighted;
      weighted.path = path + "/multi/destinations/" + std::to_string(i);
      weighted.weight = number_of(destinations[i], "weight");
      weighted.destination = destination(member(destinations[i], "destination"), weighted.path + "/destination");
      weighted.options = option_set(member(destinations[i], "options"), weighted.path + "/options");
      action.destinations.push_back(std::move(weighted));
    }
    return action;
  }

  model::Destination destination(const json& value, const std::string& path) {
    model::Destination out;
    out.path = path;
    if (value.contains("kube")) {
      out.kind = model::Destination::Kind::kKube;
      out.upstream = read_ref(member(value["kube"], "ref"), "Service", object_.ns);
      out.port = number_of(value["kube"], "port");
    } else if (value.contains("consul")) {
      out.kind = model::Destination::Kind::kConsul;
      out.upstream = {"Service", object_.ns, text_of(value["consul"], "serviceName")};
    } else if (value.contains("upstream")) {
      out.upstream = read_ref(value["upstream"], "Upstream", object_.ns);
    } else {
      diagnostics_.push_back({.reason = "MissingField",
                              .object = object_,
                              .field = path,
                              .message = "a destination must say where requests go",
                              .expected = "upstream, kube or consul"});
    }
    if (value.contains("subset")) {
      for (const auto& [key, text] : member(value["subset"], "values").items()) out.subset[key] = text;
    }
    specification(value, out);
    return out;
  }

  // destinationSpec has one key, that of the upstream's type; which plugin reads it is known only with the upstream.
  void specification(const json& value, model::Destination& out) {
    const json& specification = member(value, "destinationSpec");
    for (const auto& [key, content] : specification.items()) {
      out.spec_key = key;
      out.spec_json = content.dump();
    }
    if (specification.size() < 2) return;
    diagnostics_.push_back({.reason = "OneofConflict",
                            .object = object_,
                            .field = out.path + "/destinationSpec",
                            .message = "a destination has one specification",
                            .found = std::to_string(specification.size()) + " keys"});
  }

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

Decoded<model::Route> decode_route(const model::ObjectRef& service, const std::string& text,
                                   const SchemaCatalog& catalog) {
  const Schema& host = *schema_of(catalog, "virtual_service").properties.find("virtualHost")->second;
  const Schema& schema = *host.properties.find("routes")->second->items;
  Decoded<model::Route> out;
  const json checked = check_value(schema, json::parse(text, nullptr, false), "", service, out.diagnostics);
  if (has_error(out.diagnostics)) return out;
  auto route = Decoder(service, catalog, out.diagnostics).route(checked, "");
  if (!has_error(out.diagnostics)) out.value = std::move(route);
  return out;
}

}  // namespace solder::config

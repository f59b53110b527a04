#include "core/config/route_decoder.h"

#include "core/config/catalog_access.h"

namespace solder::config {

using nlohmann::json;

namespace {

constexpr const char* kConsulNamespace = "gloo-system";  // as in Gloo, wherever the route is

model::Matcher matcher(const json& value, const std::string& path) {
  model::Matcher out;
  out.path = path;
  using Path = model::Matcher::Path;
  for (const auto& [key, kind] :
       {std::pair{"prefix", Path::kPrefix}, {"exact", Path::kExact}, {"regex", Path::kRegex}}) {
    if (!value.contains(key)) continue;
    out.has_path = true;
    out.kind = kind;
    out.text = text_of(value, key);
  }
  if (value.contains("connectMatcher")) {
    out.has_path = true;
    out.kind = Path::kConnect;
  }
  if (value.contains("caseSensitive")) out.case_sensitive = flag_of(value, "caseSensitive");
  for (const auto& header : member(value, "headers")) {
    out.headers.push_back(
        {text_of(header, "name"), text_of(header, "value"), flag_of(header, "regex"), flag_of(header, "invertMatch")});
  }
  for (const auto& parameter : member(value, "queryParameters")) {
    out.query_parameters.push_back(
        {text_of(parameter, "name"), text_of(parameter, "value"), flag_of(parameter, "regex")});
  }
  for (const auto& method : member(value, "methods")) out.methods.push_back(method);
  return out;
}

model::RedirectAction redirect(const json& value, const std::string& path) {
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

}  // namespace

model::TableSelector table_selector(const json& value) {
  return {value.value("namespaces", std::vector<std::string>{}),
          value.value("labels", std::map<std::string, std::string>{}), expressions(member(value, "expressions"))};
}

std::vector<model::SelectorExpression> expressions(const json& list) {
  std::vector<model::SelectorExpression> out;
  for (const auto& expression : list) {
    const std::string op = text_of(expression, "operator");
    out.push_back({text_of(expression, "key"), op.empty() ? "Equals" : op,
                   expression.value("values", std::vector<std::string>{})});
  }
  return out;
}

std::vector<model::Matcher> RouteDecoder::matchers(const json& value, const std::string& path) {
  std::vector<model::Matcher> out;
  const json& list = member(value, "matchers");
  for (size_t i = 0; i < list.size(); ++i) {
    out.push_back(matcher(list[i], path + "/matchers/" + std::to_string(i)));
  }
  return out;
}

model::Route RouteDecoder::route(const json& value, const std::string& path) {
  model::Route route;
  route.path = path;
  route.name = text_of(value, "name");
  route.matchers = matchers(value, path);
  if (route.matchers.empty()) {
    route.matchers.emplace_back();
    route.matchers.back().path = path + "/matchers";
  }
  route.options = option_set(member(value, "options"), path + "/options");
  action(value, route);
  return route;
}

void RouteDecoder::action(const json& value, model::Route& route) {
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
    route.action = delegate_action(value["delegateAction"], path + "/delegateAction");
  }
}

model::RouteAction RouteDecoder::forward(const json& value, const std::string& path) {
  model::RouteAction action;
  action.path = path;
  action.cluster_header = text_of(value, "clusterHeader");
  if (value.contains("upstreamGroup"))
    action.upstream_group = read_ref(value["upstreamGroup"], "UpstreamGroup", object_.ns);
  if (value.contains("dynamicForwardProxy")) {
    const json& proxy = value["dynamicForwardProxy"];
    action.dynamic_forward_proxy = {text_of(proxy, "hostRewrite"), text_of(proxy, "autoHostRewriteHeader")};
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
    action.destinations.push_back(
        weighted_destination(destinations[i], path + "/multi/destinations/" + std::to_string(i)));
  }
  return action;
}

model::Destination RouteDecoder::destination(const json& value, const std::string& path) {
  model::Destination out;
  out.path = path;
  if (value.contains("kube")) {
    out.kind = model::Destination::Kind::kKube;
    out.upstream = read_ref(member(value["kube"], "ref"), "Service", object_.ns);
    out.port = number_of(value["kube"], "port");
  } else if (value.contains("consul")) {
    out.kind = model::Destination::Kind::kConsul;
    out.upstream = {"Service", kConsulNamespace, text_of(value["consul"], "serviceName")};
    // Which of the service's instances are meant is for the upstream's plugin to read.
    out.spec_key = "consul";
    out.spec_json = value["consul"].dump();
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
void RouteDecoder::specification(const json& value, model::Destination& out) {
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

model::WeightedDestination RouteDecoder::weighted_destination(const json& value, const std::string& path) {
  model::WeightedDestination weighted;
  weighted.path = path;
  weighted.weight = number_of(value, "weight");
  weighted.destination = destination(member(value, "destination"), path + "/destination");
  weighted.options = option_set(member(value, "options"), path + "/options");
  return weighted;
}

model::DelegateAction RouteDecoder::delegate_action(const json& value, const std::string& path) const {
  model::DelegateAction out;
  out.path = path;
  // The older form has the reference's fields at the action itself.
  const bool inline_ref = value.contains("name") || value.contains("namespace");
  if (inline_ref || value.contains("ref")) {
    out.table = read_ref(inline_ref ? value : value["ref"], "RouteTable", object_.ns);
  } else if (value.contains("selector")) {
    out.selector = table_selector(value["selector"]);
  }
  return out;
}

}  // namespace solder::config

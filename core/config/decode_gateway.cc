#include "core/config/catalog_access.h"
#include "core/config/decode.h"

namespace solder::config {

using nlohmann::json;

namespace {

model::HttpGateway http_gateway(const json& value, const std::string& ns) {
  model::HttpGateway out;
  for (const auto& ref : member(value, "virtualServices")) {
    out.virtual_services.push_back(read_ref(ref, "VirtualService", ns));
  }
  for (const auto& [key, text] : member(value, "virtualServiceSelector").items()) out.selector[key] = text;
  for (const auto& name : member(value, "virtualServiceNamespaces")) out.namespaces.push_back(name);
  const json& expressions = member(member(value, "virtualServiceExpressions"), "expressions");
  for (const auto& expression : expressions) {
    const std::string op = text_of(expression, "operator");
    out.expressions.push_back({text_of(expression, "key"), op.empty() ? "Equals" : op,
                               expression.value("values", std::vector<std::string>{})});
  }
  out.options = option_set(member(value, "options"), "/spec/httpGateway/options");
  return out;
}

}  // namespace

Decoded<model::Gateway> decode_gateway(const model::Object& object, const SchemaCatalog& catalog) {
  auto checked = check_spec(object, catalog, "gateway");
  Decoded<model::Gateway> out{std::nullopt, std::move(checked.diagnostics)};
  if (!checked.ok) return out;
  const json& spec = checked.spec;
  model::Gateway gateway;
  gateway.ref = object.ref;
  gateway.labels = object.labels;
  gateway.ssl = flag_of(spec, "ssl");
  gateway.bind_address = text_of(spec, "bindAddress");
  gateway.bind_port = number_of(spec, "bindPort");
  gateway.use_proxy_proto = flag_of(spec, "useProxyProto");
  for (const auto& name : member(spec, "proxyNames")) gateway.proxy_names.push_back(name);
  gateway.options = option_set(member(spec, "options"), "/spec/options");
  if (spec.contains("tcpGateway")) gateway.kind = model::Gateway::Kind::kTcp;
  if (spec.contains("hybridGateway")) gateway.kind = model::Gateway::Kind::kHybrid;
  if (spec.contains("httpGateway")) gateway.http = http_gateway(spec["httpGateway"], object.ref.ns);
  out.value = std::move(gateway);
  return out;
}

}  // namespace solder::config

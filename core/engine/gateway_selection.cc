#include "core/engine/gateway_selection.h"

#include <algorithm>

#include "core/engine/label_selector.h"

namespace solder::engine {

namespace {

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

bool selects(const model::Gateway& gateway, const model::ObjectRef& ref, const VirtualServiceSummary& summary) {
  if (gateway.ssl != summary.has_ssl) return false;
  const model::HttpGateway& http = gateway.http;
  if (!http.virtual_services.empty()) {
    return std::any_of(http.virtual_services.begin(), http.virtual_services.end(),
                       [&](const auto& named) { return named.ns == ref.ns && named.name == ref.name; });
  }
  if (!http.namespaces.empty() && !contains(http.namespaces, "*") && !contains(http.namespaces, ref.ns)) return false;
  if (!holds(http.selector, summary.labels)) return false;
  return std::all_of(http.expressions.begin(), http.expressions.end(),
                     [&](const auto& expression) { return holds(expression, summary.labels); });
}

}  // namespace solder::engine

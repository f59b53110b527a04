#include "core/engine/gateway_selection.h"

#include <algorithm>
#include <charconv>

namespace solder::engine {

namespace {

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool compares(const std::string& found, const std::vector<std::string>& wanted, bool greater) {
  long left = 0;
  long right = 0;
  if (wanted.size() != 1) return false;
  const auto parsed = [](const std::string& text, long& number) {
    const auto end = text.data() + text.size();
    return std::from_chars(text.data(), end, number).ptr == end && !text.empty();
  };
  if (!parsed(found, left) || !parsed(wanted.front(), right)) return false;
  return greater ? left > right : left < right;
}

// The operators of Kubernetes' label selectors, in Gloo's spelling.
bool holds(const model::SelectorExpression& expression, const std::map<std::string, std::string>& labels) {
  const auto at = labels.find(expression.key);
  const bool there = at != labels.end();
  const std::string& op = expression.op;
  if (op == "Exists") return there;
  if (op == "DoesNotExist") return !there;
  if (op == "In" || op == "Equals" || op == "DoubleEquals") return there && contains(expression.values, at->second);
  if (op == "NotIn" || op == "NotEquals") return !there || !contains(expression.values, at->second);
  if (op == "GreaterThan") return there && compares(at->second, expression.values, true);
  if (op == "LessThan") return there && compares(at->second, expression.values, false);
  return false;
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
  for (const auto& [key, value] : http.selector) {
    const auto at = summary.labels.find(key);
    if (at == summary.labels.end() || at->second != value) return false;
  }
  return std::all_of(http.expressions.begin(), http.expressions.end(),
                     [&](const auto& expression) { return holds(expression, summary.labels); });
}

}  // namespace solder::engine

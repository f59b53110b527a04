#include "core/engine/gateway_selection.h"

#include <algorithm>

#include "core/engine/label_selector.h"

namespace solder::engine {

namespace {

// None stands for all.
bool names(const std::vector<std::string>& namespaces, const std::string& ns) {
  const auto wanted = [&](const std::string& one) { return one == "*" || one == ns; };
  return namespaces.empty() || std::any_of(namespaces.begin(), namespaces.end(), wanted);
}

bool all_hold(const std::vector<model::SelectorExpression>& expressions, const Labels& labels) {
  return std::all_of(expressions.begin(), expressions.end(),
                     [&](const auto& expression) { return holds(expression, labels); });
}

}  // namespace

bool selects(const HostSelection& selection, const model::ObjectRef& ref, const VirtualServiceSummary& summary) {
  return selection.tls == summary.has_ssl && names(selection.namespaces, ref.ns) &&
         holds(selection.labels, summary.labels) && all_hold(selection.expressions, summary.labels);
}

bool selects(const model::DelegatedGateways& delegated, const model::ObjectRef& ref,
             const std::map<std::string, std::string>& labels) {
  if (delegated.ref) return *delegated.ref == ref;
  if (!delegated.selector) return true;
  return names(delegated.selector->namespaces, ref.ns) && holds(delegated.selector->labels, labels) &&
         all_hold(delegated.selector->expressions, labels);
}

}  // namespace solder::engine

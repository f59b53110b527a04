// What stands on a gateway: the virtual services of an HTTP gateway by reference, or by labels, expressions and
// namespaces; the parts of a hybrid one that stand in objects of their own.
// Source: Gloo gateway.proto (virtualServices, virtualServiceSelector, virtualServiceExpressions,
// virtualServiceNamespaces, delegatedHttpGateways). Tested by tests/golden/cases/gateway-selection and
// gateway-hybrid-*.
#pragma once

#include "core/engine/host_selection.h"
#include "core/engine/results.h"
#include "core/model/gateway.h"

namespace solder::engine {

bool selects(const HostSelection& selection, const model::ObjectRef& ref, const VirtualServiceSummary& summary);

bool selects(const model::DelegatedGateways& delegated, const model::ObjectRef& ref,
             const std::map<std::string, std::string>& labels);

}  // namespace solder::engine

// Which virtual services a gateway takes: by reference, or by labels, expressions and namespaces.
// Source: Gloo gateway.proto (virtualServices, virtualServiceSelector, virtualServiceExpressions,
// virtualServiceNamespaces).
#pragma once

#include "core/engine/results.h"
#include "core/model/gateway.h"

namespace solder::engine {

bool selects(const model::Gateway& gateway, const model::ObjectRef& ref, const VirtualServiceSummary& summary);

}  // namespace solder::engine

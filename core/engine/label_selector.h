// Whether labels are what a selector asks for. Pure; any thread. Source: Kubernetes' label selectors, in Gloo's
// spelling. Tested by tests/unit/engine/label_selector_test.cc.
#pragma once

#include <map>
#include <string>

#include "core/model/label_selector.h"

namespace solder::engine {

using Labels = std::map<std::string, std::string>;

// Every label of `wanted` is there with that value.
bool holds(const Labels& wanted, const Labels& labels);
bool holds(const model::SelectorExpression& expression, const Labels& labels);

// What is wrong with the expression in itself ("In needs at least one value"), or empty.
std::string fault_of(const model::SelectorExpression& expression);

}  // namespace solder::engine

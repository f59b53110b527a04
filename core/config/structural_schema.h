// A compiled schema as one that Kubernetes takes for a CustomResourceDefinition: structural, without $ref and without
// keywords of ours. Inside core/config only. Tested by tests/unit/config/crd_test.cc.
#pragma once

#include <nlohmann/json.hpp>

#include "core/config/schema.h"

namespace solder::config {

// What stands below more than a few levels of definitions can fan out beyond all bounds: after `budget` places the
// rest is left open.
nlohmann::ordered_json structural_schema(const Schema& schema, bool descriptions, size_t budget = 50'000);

}  // namespace solder::config

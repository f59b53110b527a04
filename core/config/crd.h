// CustomResourceDefinitions of the kinds that are served, made from the same schemas that objects are checked against:
// the core's with the claimed keys of loaded plugins in them. Names are those of Gloo's definitions, so that kubectl
// and existing objects go on as before. What an API server refuses by them, Solder would refuse as well; the reverse
// does not hold: a place where plugins claim keys is open, so that a plugin dropped in later needs no new definitions.
// Pure; any thread. Tested by tests/unit/config/crd_test.cc and tests/unit/cli/crds_test.py.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "core/config/schema_catalog.h"

namespace solder::config {

// One for each kind that the core decodes or a loaded plugin reads, in order of name. Kubernetes' own kinds have none.
// Without descriptions they are a third smaller.
std::vector<nlohmann::ordered_json> custom_resource_definitions(const SchemaCatalog& catalog, bool descriptions);

}  // namespace solder::config

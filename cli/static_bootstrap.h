// A snapshot as an Envoy bootstrap that needs no control plane: everything that xDS would bring stands in
// static_resources. Works on the snapshot's JSON, which is also what is printed. Tested by
// tests/unit/cli/static_bootstrap_test.cc and by the golden cases, with a real Envoy.
#pragma once

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace solder::cli {

// `snapshot` is what snapshot_json() gives. Route configurations go into their connection managers, endpoints into
// their clusters, extension configurations to where they are asked for. Without `with_secrets` every certificate is
// replaced by a throwaway one, so that the result can be validated and shown to anybody.
base::Result<nlohmann::ordered_json> static_bootstrap(const nlohmann::ordered_json& snapshot, bool with_secrets);

}  // namespace solder::cli

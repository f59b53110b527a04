// One case of a plugin: an input as a user writes it, and what the plugin makes of it. The input goes the whole way,
// through the schema in the plugin's manifest, the host, and the plugin; what comes back is JSON, so that a case can be
// read. Files: plugins/<plugin>/testdata/*.json, each a list of cases:
//   {"case": words, "key": "timeout", "value": ..., "scope": "route", "action": "forward", "options": {...}, "spec":
//   {...},
//    "objects": {"Secret ns/name": ...}, "expect": {"fragments", "secrets", "problems"}}
// A destination on an upstream: "scope": "destination", "upstream": what stands under the key in the upstream,
// "weighted". An upstream type's endpoints: "operation": "endpoints". Derived objects: "source": "Service ns/name" in
// place of key and value, "objects" among what is expected. scope absent: an upstream type. action: forward. options:
// {key: value}. spec: {key: value}. objects: none.
#pragma once

#include <nlohmann/json.hpp>

#include "core/host/plugin_set.h"
#include "core/services/message_types.h"

namespace solder {

// What stands under "expect".
nlohmann::ordered_json run_plugin_case(host::PluginSet& plugins, const services::MessageTypes& types,
                                       const nlohmann::ordered_json& one);

}  // namespace solder

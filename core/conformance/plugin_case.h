// One case of a plugin: an input as a user writes it, and what the plugin makes of it. The input goes the whole way,
// through the schema in the plugin's manifest, the host, and the plugin; what comes back is JSON, so that a case can be
// read. Files: testdata/*.json beside a plugin's sources, each a list of cases:
//   {"case": words, "key": "timeout", "value": ..., "scope": "route", "action": "forward", "options": {...}, "spec":
//   {...},
//    "objects": {"Secret ns/name": ...}, "expect": {"fragments", "secrets", "problems"}}
// A destination on an upstream: "scope": "destination", "upstream": what stands under the key in the upstream,
// "weighted". An upstream type's endpoints: "operation": "endpoints". Derived objects: "source": "Service ns/name" in
// place of key and value, "objects" among what is expected. scope absent: an upstream type. action: forward. options:
// {key: value}. spec: {key: value}. objects: none. Tested by tests/unit/sdk/plugin_cases_test.cc.
#pragma once

#include <nlohmann/json.hpp>

#include "core/base/status.h"
#include "core/conformance/probe.h"
#include "core/host/slot_rules.h"
#include "core/services/message_types.h"

namespace solder::conformance {

// What a case asks.
struct Question {
  Probe probe;
  model::Diagnostics problems;  // that its value has by the schema; where there are any the plugin is not asked
};
base::Result<Question> read_case(const std::vector<host::ClaimInfo>& claims, const nlohmann::ordered_json& one);

// The value of a claim as a question, at an action for routes and an upstream's value for destinations.
Probe probe_of(const std::string& scope, const std::string& key, const nlohmann::json& value);

// One fragment as JSON, or what is wrong with its message.
base::Result<nlohmann::ordered_json> fragment_json(const services::MessageTypes& types, host::Site site,
                                                   const engine::Fragment& fragment);

// What stands under "expect".
base::Result<nlohmann::ordered_json> run_plugin_case(host::PluginSet& plugins, const services::MessageTypes& types,
                                                     const nlohmann::ordered_json& one);

}  // namespace solder::conformance

// YAML (JSON is YAML too) as JSON, by the rules that manifests in files have: scalars of the core schema, one document,
// no key twice. What would grow without bound (aliases, depth) is refused. Tested by
// tests/unit/consul/yaml_value_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "solder/sdk/json.hpp"

namespace solder::plugins::consul {

// Throws std::runtime_error: what is wrong, with its line.
sdk::Json read_yaml(std::string_view text);

}  // namespace solder::plugins::consul

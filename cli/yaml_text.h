// JSON → YAML text for people: block style, keys in their order, strings bare where no YAML 1.1 or 1.2 reader could
// take them for something else. Tested by tests/unit/cli/yaml_text_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace solder::cli {

std::string to_yaml(const nlohmann::ordered_json& value);

// One string as a YAML scalar on one line.
std::string yaml_scalar(std::string_view text);

}  // namespace solder::cli

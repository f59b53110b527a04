// What a plain scalar of YAML stands for. As kubectl resolves it (YAML 1.1: yes and on are true), since the same files
// are applied with it. Source: yaml.org/type, sigs.k8s.io/yaml. Tested by tests/unit/config/yaml_scalars_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace solder::config {

nlohmann::json resolve_plain(std::string_view text);

}  // namespace solder::config

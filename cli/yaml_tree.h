// A small YAML file as a tree with line numbers: Solder's own configuration and status files, not manifests (those are
// core/config's). At most 1 MB, 100,000 nodes and 50 levels. Tested by tests/unit/cli/yaml_tree_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace solder::cli {

struct YamlMember;

struct YamlNode {
  enum class Kind { kScalar, kSequence, kMapping };
  Kind kind = Kind::kScalar;
  std::string text;     // of a scalar
  bool quoted = false;  // a scalar in quotes or a block
  size_t line = 0;      // from 1
  std::vector<YamlNode> items;
  std::vector<YamlMember> members;  // of a mapping

  // The member's value, or null.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
  // "a list", "a map", "\"text\"": for messages.
  [[nodiscard]] std::string describe() const;
};

struct YamlMember {
  YamlNode name;
  YamlNode value;
};

// An empty text is an empty mapping. Errors begin "FILE:LINE: ".
base::Result<YamlNode> parse_yaml(std::string_view text, const std::string& file);

// Scalars that are bare numbers, booleans or null become such; all else strings.
nlohmann::ordered_json to_json(const YamlNode& node);

}  // namespace solder::cli

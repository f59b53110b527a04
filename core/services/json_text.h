// JSON text → tree, strictly: duplicate keys and nesting beyond a limit are errors, as is anything that is not JSON.
// nlohmann's own DOM parser keeps the last of two equal keys without a word, hence a SAX handler of ours over its
// lexer. Any thread. Tested by tests/unit/services/json_text_test.cc.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace solder::services {

inline constexpr int kMaxJsonDepth = 100;  // protobuf's own limit on nesting

base::Result<nlohmann::json> parse_json(std::string_view text);

// A short piece of `value` for an error message.
std::string describe_json(const nlohmann::json& value);

}  // namespace solder::services

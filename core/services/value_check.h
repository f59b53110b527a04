// Tests one value against its rules. An empty answer: it holds; else what would be right, in words that follow
// "expected". Any thread. Source: validate/validate.proto. Tested by tests/unit/services/checker_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "core/services/field_rules.h"

namespace solder::services {

std::string expected_number(const ValueRules& rules, const Number& value);
std::string expected_text(const ValueRules& rules, std::string_view value);
std::string expected_count(const ValueRules& rules, uint64_t count);

// "5", "0.25", "5s".
std::string describe_number(const Number& value);

}  // namespace solder::services

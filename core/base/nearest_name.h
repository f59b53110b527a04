// The known name that a person most likely meant. Any thread. Tested by tests/unit/base/nearest_name_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace solder::base {

// The nearest of `known` by edit distance (swapped neighbours count once), letters compared without case; empty where
// none is near enough to be meant (more than a third of the letters differ).
std::string nearest_name(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace solder::base

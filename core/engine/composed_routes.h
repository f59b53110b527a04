// Which routes say something of others, by delegation or inheritance: only these have to be looked into.
// Tested by tests/unit/engine/delegation_test.cc and inheritance_test.cc.
#pragma once

#include <string_view>
#include <vector>

namespace solder::engine {

// True for one that does, and perhaps for others.
bool composed(std::string_view text);
// From the first text to the last; all of them stand in one, in this order.
std::string_view all_of(const std::vector<std::string_view>& texts);

}  // namespace solder::engine

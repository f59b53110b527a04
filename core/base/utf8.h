// Whether bytes are UTF-8, by Unicode's table of well-formed sequences (Unicode 15, table 3-7): no overlong forms, no
// surrogates, nothing beyond U+10FFFF. Any thread. Tested by tests/unit/base/utf8_test.cc.
#pragma once

#include <cstddef>
#include <string_view>

namespace solder::base {

// The length of the well-formed sequence at the start of `text`, which is not empty; 0: none.
size_t utf8_sequence_length(std::string_view text);

// Offset of the first byte that is part of no well-formed sequence, or npos.
size_t find_invalid_utf8(std::string_view text);

inline bool is_utf8(std::string_view text) { return find_invalid_utf8(text) == std::string_view::npos; }

}  // namespace solder::base

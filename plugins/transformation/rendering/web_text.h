// Texts of the web: percent-encoding, and what a value must not be in a path. Source: RFC 3986, sections 2.3 and 3.3.
// Tested by tests/unit/transformation/web_functions_test.cc.
#pragma once

#include <string>
#include <string_view>

namespace solder::transformation {

// All but the unreserved characters.
void append_percent_encoded(std::string_view text, std::string& out);
// "%20" to a blank; what is no such triplet stays.
std::string percent_decoded(std::string_view text);
// Whether a part between slashes, of either kind, is "." or "..": whoever decodes such a value may climb by it.
bool climbs(std::string_view text);

}  // namespace solder::transformation

// Texts in URLs and forms. Pure.
#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace solder::host {

// As a value of application/x-www-form-urlencoded: all but RFC 3986's unreserved characters by their numbers.
inline std::string form_encoded(std::string_view text) {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) != 0 || std::string_view("-_.~").find(static_cast<char>(c)) != std::string_view::npos) {
      out += static_cast<char>(c);
    } else {
      out.append({'%', kHex[c >> 4U], kHex[c & 15U]});
    }
  }
  return out;
}

}  // namespace solder::host

// solder/sdk/route_path.hpp - which paths a route may match, rewrite to and redirect to. A proxy that normalizes paths
// never sees "/a//b" or "/a/../b", so a route by such a path guards nothing. Any thread. Source: Gloo's rules for route
// paths, which are those of the Kubernetes Gateway API. Tested by tests/unit/sdk/route_path_test.cc.
#ifndef SOLDER_SDK_ROUTE_PATH_HPP_
#define SOLDER_SDK_ROUTE_PATH_HPP_

#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>

namespace solder::sdk {

namespace route_path {

inline constexpr std::string_view kOther = "/:@._~!$&'()*+,=;-";  // beside letters and digits
inline constexpr std::array<std::string_view, 6> kNowhere = {"//", "/./", "/../", "%2f", "%2F", "#"};
inline constexpr std::array<std::string_view, 2> kNotLast = {"/..", "/."};

inline bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

inline bool is_escape(std::string_view text, size_t at) {
  return text[at] == '%' && at + 2 < text.size() && is_hex(text[at + 1]) && is_hex(text[at + 2]);
}

// In words: a part of a character by its number, since half a character is no text.
inline std::string shown(char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= ' ' && byte < 0x7f) return '"' + std::string(1, c) + '"';
  return std::string("the byte ") + kDigits[byte >> 4] + kDigits[byte & 15];
}

inline int nibble(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

// Without percent-encoding; nothing where an escape is none.
inline std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (!is_escape(text, i)) return std::nullopt;
    out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
    i += 2;
  }
  return out;
}

// The path of what may be a whole URL.
inline std::string_view path_of(std::string_view url) {
  url = url.substr(0, url.find('#'));
  url = url.substr(0, url.find('?'));
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos && url.find('/') > scheme) url.remove_prefix(scheme + 1);
  if (!url.starts_with("//")) return url;
  const size_t path = url.find('/', 2);
  return path == std::string_view::npos ? std::string_view() : url.substr(path);
}

}  // namespace route_path

// What is wrong with the path of a route, in words that go on from "the path": empty where nothing is.
inline std::string fault_of_path(std::string_view path) {
  using namespace route_path;  // NOLINT(google-build-using-namespace): this file's own
  for (const std::string_view part : kNowhere) {
    if (path.find(part) != std::string_view::npos) return "cannot contain \"" + std::string(part) + '"';
  }
  for (const std::string_view end : kNotLast) {
    if (path.ends_with(end)) return "cannot end with \"" + std::string(end) + '"';
  }
  for (size_t i = 0; i < path.size(); ++i) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(path[i])) != 0 || kOther.find(path[i]) != std::string_view::npos;
    if (plain || is_escape(path, i)) continue;
    return "cannot contain " + shown(path[i]) + "; a path is letters, digits, " + std::string(kOther) +
           " and percent-encoded bytes";
  }
  return "";
}

// The same of what a prefix is rewritten to: only the path of it counts, decoded.
inline std::string fault_of_rewrite(std::string_view rewrite) {
  const auto path = route_path::decoded(route_path::path_of(rewrite));
  return path ? fault_of_path(*path) : "has a % that begins no percent-encoded byte";
}

}  // namespace solder::sdk

#endif

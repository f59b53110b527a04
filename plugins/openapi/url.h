// URLs as far as documents name them: what a reference means below a base, and whose it is. Source: RFC 3986,
// sections 5.2 and 5.3. Tested by tests/unit/openapi/url_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace solder::plugins::openapi {

struct Url {
  std::string scheme;     // "http" or "https"
  std::string authority;  // "host:port", in small letters, with the port always
  std::string path;       // "/", without "." and ".."
  std::string query;      // with its "?", or empty

  [[nodiscard]] std::string origin() const { return scheme + "://" + authority; }
  [[nodiscard]] std::string text() const { return origin() + path + query; }
  [[nodiscard]] std::string host() const { return authority.substr(0, authority.rfind(':')); }
};

// http://HOST[:PORT][/PATH][?QUERY]; nothing where it is another scheme, has a user, or is none.
std::optional<Url> parse_url(std::string_view text);
// What `reference`, without its fragment, means in a document at `base`.
std::optional<Url> resolve_url(const Url& base, std::string_view reference);
// Without "." and ".." parts.
std::string without_dots(std::string_view path);

}  // namespace solder::plugins::openapi

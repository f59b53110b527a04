#include "header_rules.h"

#include <re2/re2.h>

#include <strings.h>

#include <algorithm>
#include <string_view>

namespace solder::plugins::headers {

namespace {

// A token of RFC 9110.
bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// Where a % stands that begins no command of Envoy's (%NAME%, %NAME(argument)%, %NAME(argument):length%); npos:
// nowhere.
size_t stray_percent(std::string_view value) {
  static const re2::RE2 command(R"(%([A-Z0-9_]+)(\([^)]*\))?(:[0-9]+)?%)");
  for (size_t at = value.find('%'); at != std::string_view::npos; at = value.find('%', at)) {
    if (value.substr(at, 2) == "%%") {
      at += 2;
      continue;
    }
    re2::StringPiece rest(value.data() + at, value.size() - at);
    if (!re2::RE2::Consume(&rest, command)) return at;
    at = value.size() - rest.size();
  }
  return std::string_view::npos;
}

}  // namespace

bool check_name(const std::string& name, const std::string& field, sdk::Out& out) {
  if (name.starts_with(':') || strcasecmp(name.c_str(), "host") == 0) {
    out.error({field, "ForbiddenHeader",
               "pseudo headers and Host cannot be changed this way; hostRewrite and prefixRewrite change what they say",
               name, "another header"});
    return false;
  }
  if (is_token(name)) return true;
  out.error({field, "InvalidHeaderName", "this is no name of a header", name, "letters, digits and -"});
  return false;
}

bool check_value(const std::string& value, const std::string& field, sdk::Out& out) {
  if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos) {
    out.error({field, "InvalidHeaderValue", "a header's value must not hold line ends or NUL"});
    return false;
  }
  const size_t at = stray_percent(value);
  if (at == std::string::npos) return true;
  out.error({field, "InvalidHeaderValue", "the % at position " + std::to_string(at + 1) + " begins no command", value,
             "%REQ(NAME)% for a command, %% for the sign itself"});
  return false;
}

}  // namespace solder::plugins::headers

// solder/sdk/header_rules.hpp - names and values of headers that Envoy takes in its own configuration, for plugins
// whose options hold some: Envoy refuses a whole cluster or listener for one bad header. Source: RFC 9110; Envoy's
// command operators (%NAME%, %NAME(argument)%, %NAME(argument):length%). Tested by plugins/health/testdata and
// plugins/tunneling/testdata.
#ifndef SOLDER_SDK_HEADER_RULES_HPP_
#define SOLDER_SDK_HEADER_RULES_HPP_

#include <algorithm>
#include <string>
#include <string_view>

#include "solder/sdk/out.hpp"

namespace solder::sdk {

// A token of RFC 9110.
inline bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// Where the command that begins with the % at `at` ends, or npos: what stands there is no command.
inline size_t command_end(std::string_view value, size_t at) {
  const auto skip = [&](size_t from, std::string_view set) {
    return std::min(value.find_first_not_of(set, from), value.size());
  };
  size_t end = skip(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  if (end == at + 1) return std::string_view::npos;
  if (value.substr(end, 1) == "(") {
    end = value.find(')', end);
    if (end == std::string_view::npos) return end;
    ++end;
  }
  if (value.substr(end, 1) == ":") end = skip(end + 1, "0123456789");
  return value.substr(end, 1) == "%" ? end + 1 : std::string_view::npos;
}

// Where a % stands that is neither doubled nor the begin of a command; npos: nowhere.
inline size_t stray_percent(std::string_view value) {
  for (size_t at = value.find('%'); at != std::string_view::npos; at = value.find('%', at)) {
    const size_t end = value.substr(at, 2) == "%%" ? at + 2 : command_end(value, at);
    if (end == std::string_view::npos) return at;
    at = end;
  }
  return std::string_view::npos;
}

// Reports what is wrong with a header at `field`/key and `field`/value. False where something is.
inline bool check_header(const std::string& name, const std::string& value, const std::string& field, Out& out) {
  const bool pseudo = name.starts_with(':');
  if (pseudo) {
    out.error({field + "/key", "ForbiddenHeader", "pseudo headers cannot be set this way", name, "another header"});
  } else if (!is_header_name(name)) {
    out.error({field + "/key", "InvalidHeaderName", "this is no name of a header", name, "letters, digits and -"});
  }
  bool good = !pseudo && is_header_name(name);
  if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos) {
    out.error({field + "/value", "InvalidHeaderValue", "a header's value must not hold line ends or NUL"});
    good = false;
  } else if (const size_t at = stray_percent(value); at != std::string_view::npos) {
    out.error({field + "/value", "InvalidHeaderValue",
               "the % at position " + std::to_string(at + 1) + " begins no command", value,
               "%REQ(NAME)% for a command, %% for the sign itself"});
    good = false;
  }
  return good;
}

}  // namespace solder::sdk

#endif

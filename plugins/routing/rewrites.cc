#include "rewrites.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

#include "solder/envoy_fields.h"
#include "solder/sdk/route_path.hpp"

namespace solder::plugins::routing {

namespace route = envoy::config::route::v3;
namespace matching = envoy::type::matcher::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr std::array<std::string_view, 2> kPathRewrites = {"prefixRewrite", "regexRewrite"};
constexpr std::array<std::string_view, 4> kHostRewrites = {"hostRewrite", "autoHostRewrite", "hostRewriteHeader",
                                                           "hostRewritePathRegex"};

template <size_t N>
bool contains(const std::array<std::string_view, N>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// An empty text is the same as none.
bool is_set(const Json& options, std::string_view key) {
  const Json* value = sdk::find(options, std::string(key).c_str());
  return value != nullptr && !(value->is_string() && value->get_ref<const std::string&>().empty());
}

// The first of the group that is set counts; the others are errors, each where it stands.
template <size_t N>
bool stands_alone(const std::array<std::string_view, N>& group, std::string_view key, const Json& options,
                  sdk::Out& out) {
  if (!contains(group, key)) return true;
  for (const std::string_view other : group) {
    if (other == key) return true;
    if (!is_set(options, other)) continue;
    out.error({"", "OneofConflict", "a route takes only one of " + std::string(other) + " and " + std::string(key),
               std::string(key), "one of them"});
    return false;
  }
  return true;
}

uint64_t largest_program(const Json& pattern) {
  const Json* limits = sdk::find(pattern, "googleRe2");
  return limits == nullptr ? 0 : sdk::get_uint(*limits, "maxProgramSize").value_or(0);
}

void check_regex(const std::string& regex, const std::string& substitution, uint64_t largest, sdk::Out& out) {
  if (regex.empty()) {
    return out.error({"/pattern/regex", "MissingField", "a rewrite needs the expression that it replaces", "",
                      "a regular expression"});
  }
  const re2::RE2 compiled(regex, re2::RE2::Quiet);
  if (!compiled.ok()) {
    return out.error({"/pattern/regex", "InvalidRegex", "the regular expression does not compile: " + compiled.error(),
                      regex, "RE2 syntax"});
  }
  if (largest != 0 && static_cast<uint64_t>(compiled.ProgramSize()) > largest) {
    return out.error({"/pattern/regex", "RegexTooLarge",
                      "the regular expression compiles to more than maxProgramSize allows",
                      std::to_string(compiled.ProgramSize()), "at most " + std::to_string(largest)});
  }
  std::string problem;
  if (!compiled.CheckRewriteString(substitution, &problem))
    out.error({"/substitution", "InvalidSubstitution", "the substitution does not fit: " + problem, substitution});
}

Message match_and_substitute(const Json& value, sdk::Out& out) {
  const Json* pattern = sdk::find(value, "pattern");
  const std::string regex = pattern == nullptr ? "" : sdk::get_string(*pattern, "regex");
  const std::string substitution = sdk::get_string(value, "substitution");
  check_regex(regex, substitution, pattern == nullptr ? 0 : largest_program(*pattern), out);
  Message message;
  message.add_message(matching::RegexMatchAndSubstitute::kPattern,
                      Message().add_string(matching::RegexMatcher::kRegex, regex));
  if (!substitution.empty()) message.add_string(matching::RegexMatchAndSubstitute::kSubstitution, substitution);
  return message;
}

Message text_field(uint32_t field, const Json& value, sdk::Out& out) {
  Message message;
  const auto& text = value.get_ref<const std::string&>();
  if (text.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
    out.error({"", "InvalidValue", "this must not hold line ends or NUL"});
  if (!text.empty()) message.add_string(field, text);
  return message;
}

Message prefix_rewrite(const Json& value, sdk::Out& out) {
  const auto& text = value.get_ref<const std::string&>();
  if (const std::string fault = sdk::fault_of_rewrite(text); !fault.empty()) {
    out.error({"", "InvalidRoutePath", "what the prefix is rewritten to " + fault, text, ""});
  }
  return text_field(route::RouteAction::kPrefixRewrite, value, out);
}

}  // namespace

bool is_rewrite(std::string_view key) {
  return contains(kPathRewrites, key) || contains(kHostRewrites, key) || key == "appendXForwardedHost";
}

Message rewrite_of(std::string_view key, const Json& value, const Json& options, sdk::Out& out) {
  using namespace route::RouteAction;  // NOLINT(google-build-using-namespace): field numbers only
  Message message;
  if (!stands_alone(kPathRewrites, key, options, out) || !stands_alone(kHostRewrites, key, options, out))
    return message;
  if (key == "prefixRewrite") return prefix_rewrite(value, out);
  if (key == "regexRewrite") return message.add_message(kRegexRewrite, match_and_substitute(value, out));
  if (key == "hostRewrite") return text_field(kHostRewriteLiteral, value, out);
  if (key == "autoHostRewrite") return message.add_bool_value(kAutoHostRewrite, value.get<bool>());
  if (key == "hostRewriteHeader") return text_field(kHostRewriteHeader, value, out);
  if (key == "hostRewritePathRegex")
    return message.add_message(kHostRewritePathRegex, match_and_substitute(value, out));
  // appendXForwardedHost: as Gloo, only beside a rewrite of the host.
  const bool rewritten =
      std::any_of(kHostRewrites.begin(), kHostRewrites.end(), [&](auto other) { return is_set(options, other); });
  if (rewritten) message.add_bool(kAppendXForwardedHost, value.get<bool>());
  return message;
}

}  // namespace solder::plugins::routing

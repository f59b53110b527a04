// What a request must look like: Istio's HTTPMatchRequest as a matcher of ours. A condition that cannot be said drops
// its whole match, so that nothing is let in that the author kept out. Source: Istio's reference of HTTPMatchRequest.
// Tested by plugins/istio/testdata/matchers.json.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fields.h"

namespace solder::plugins::istio {

// Where the routes of a virtual service stand.
struct RoutePlace {
  bool mesh = false;               // for the sidecars of a mesh; else for gateways
  std::set<std::string> gateways;  // "namespace/name", those that serve it
  std::set<uint64_t> ports;        // of these gateways' servers, as Istio numbers them
  std::string ns;                  // of the virtual service
};

struct Matcher {
  Json json = Json::object();  // of a route's `matchers`
  enum class Path { kNone, kPrefix, kExact, kRegex } path = Path::kNone;
  std::string pattern;  // what a regular expression finds of a path that is rewritten; of kRegex alone

  // Takes every request.
  [[nodiscard]] bool all() const;
};

// Text in a regular expression, as it is.
std::string quoted(const std::string& text);

// Istio's StringMatch.
struct StringMatch {
  enum class Kind { kPresent, kExact, kPrefix, kRegex } kind = Kind::kPresent;
  std::string text;
  bool unread = false;  // it is of another type than it should be

  // As an expression for the whole text.
  [[nodiscard]] std::string regex() const;
};
StringMatch read_string_match(Fields fields);

// Nothing where the match is for others, or cannot be said.
std::optional<Matcher> read_matcher(Fields& match, const RoutePlace& place);

}  // namespace solder::plugins::istio

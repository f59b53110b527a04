// Which requests and responses a transformation is for. Source: Gloo's Matcher and ResponseMatch, as its filter for
// Envoy reads them: a prefix is held against the path with its query, an exact path and a regex against the path
// without. Tested by tests/unit/transformation/program_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "problem.h"
#include "regex.h"
#include "surroundings.h"
#include "value.h"

namespace solder::transformation {

// A header or a query parameter: present, of a value, or matched by a regex as a whole.
struct FieldMatch {
  std::string name;
  std::string value;  // empty: present is enough
  std::optional<Regex> regex;
  bool invert = false;

  static FieldMatch of(const Value& config, bool header, const std::string& field, ConfigProblems& problems);
  [[nodiscard]] bool fits(const std::optional<std::string>& found) const;
};

class RequestMatcher {
 public:
  static RequestMatcher of(const Value& config, const std::string& field, ConfigProblems& problems);
  [[nodiscard]] bool matches(const Message& request) const;

 private:
  enum class Path { kAny, kPrefix, kExact, kRegex, kConnect };
  [[nodiscard]] bool path_fits(std::string_view path, std::string_view method) const;
  [[nodiscard]] bool query_fits(std::string_view query) const;

  Path path_ = Path::kAny;
  std::string text_;
  bool any_case_ = false;
  std::optional<Regex> regex_;
  std::vector<FieldMatch> headers_;
  std::vector<FieldMatch> parameters_;
  std::vector<std::string> methods_;
};

class ResponseMatcher {
 public:
  // `config`: {"matchers": [...], "responseCodeDetails": "..."}.
  static ResponseMatcher of(const Value& config, const std::string& field, ConfigProblems& problems);
  [[nodiscard]] bool matches(const Message& response) const;

 private:
  std::vector<FieldMatch> headers_;
  std::string details_;
};

}  // namespace solder::transformation

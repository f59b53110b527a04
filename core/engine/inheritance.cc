#include "core/engine/inheritance.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace solder::engine {

using nlohmann::json;
using Path = model::Matcher::Path;

namespace {

template <typename T>
void put_before(const std::vector<T>& first, std::vector<T>& list) {
  list.insert(list.begin(), first.begin(), first.end());
}

bool same(const model::HeaderMatcher& a, const model::HeaderMatcher& b) {
  return a.name == b.name && a.value == b.value && a.regex == b.regex && a.invert == b.invert;
}

bool same(const model::QueryParameterMatcher& a, const model::QueryParameterMatcher& b) {
  return a.name == b.name && a.value == b.value && a.regex == b.regex;
}

// Every one of `wanted` is there. As in Gloo the last one of a name counts.
template <typename T>
bool has_all(const std::vector<T>& there, const std::vector<T>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const T& one) {
    const auto at = std::find_if(there.rbegin(), there.rend(), [&](const T& other) { return other.name == one.name; });
    return at != there.rend() && same(*at, one);
  });
}

std::string flag_text(const std::optional<bool>& flag) { return flag ? (*flag ? "true" : "false") : "unset"; }

std::string mismatch(const model::Matcher& matcher, const model::Matcher& above) {
  const std::string path = path_text(matcher);
  if (!path.starts_with(above.text)) {
    return "its path \"" + path + "\" does not begin with the prefix \"" + above.text +
           "\" of the route that delegates to it";
  }
  if (matcher.case_sensitive != above.case_sensitive) {
    return "its caseSensitive is " + flag_text(matcher.case_sensitive) +
           ", that of the route that delegates to it is " + flag_text(above.case_sensitive);
  }
  if (!has_all(matcher.headers, above.headers)) return "it lacks headers of the route that delegates to it";
  if (!has_all(matcher.query_parameters, above.query_parameters)) {
    return "it lacks query parameters of the route that delegates to it";
  }
  const auto has_method = [&](const std::string& method) {
    return std::find(matcher.methods.begin(), matcher.methods.end(), method) != matcher.methods.end();
  };
  if (!std::all_of(above.methods.begin(), above.methods.end(), has_method)) {
    return "it lacks methods of the route that delegates to it";
  }
  return "";
}

int rank(const model::Matcher& matcher) {
  if (!matcher.has_path) return 0;
  switch (matcher.kind) {
    case Path::kExact:
      return 1;
    case Path::kRegex:
      return 2;
    case Path::kPrefix:
      return 3;
    case Path::kConnect:
      return 0;
  }
  return 0;
}

json to_json(const model::Matcher& matcher) {
  json out = json::object();
  if (matcher.has_path) {
    switch (matcher.kind) {
      case Path::kPrefix:
        out["prefix"] = matcher.text;
        break;
      case Path::kExact:
        out["exact"] = matcher.text;
        break;
      case Path::kRegex:
        out["regex"] = matcher.text;
        break;
      case Path::kConnect:
        out["connectMatcher"] = json::object();
        break;
    }
  }
  if (matcher.case_sensitive) out["caseSensitive"] = *matcher.case_sensitive;
  for (const auto& header : matcher.headers) {
    out["headers"].push_back(
        {{"name", header.name}, {"value", header.value}, {"regex", header.regex}, {"invertMatch", header.invert}});
  }
  for (const auto& parameter : matcher.query_parameters) {
    out["queryParameters"].push_back(
        {{"name", parameter.name}, {"value", parameter.value}, {"regex", parameter.regex}});
  }
  for (const auto& method : matcher.methods) out["methods"].push_back(method);
  return out;
}

}  // namespace

std::string path_text(const model::Matcher& matcher) {
  return matcher.has_path && matcher.kind != Path::kConnect ? matcher.text : "";
}

std::vector<model::Matcher> inherited_matchers(const model::RouteOutline& route, const model::Matcher& above,
                                               bool paths, bool others) {
  std::vector<model::Matcher> out = route.matchers;
  if (out.empty()) {
    out.emplace_back();
    out.back().has_path = true;
  }
  for (auto& matcher : out) {
    if (paths) {
      matcher.has_path = above.has_path;
      matcher.kind = above.kind;
      matcher.text = above.text;
      matcher.case_sensitive = above.case_sensitive;
    }
    if (!others) continue;
    put_before(above.headers, matcher.headers);
    put_before(above.methods, matcher.methods);
    put_before(above.query_parameters, matcher.query_parameters);
  }
  return out;
}

std::string mismatch(const std::vector<model::Matcher>& matchers, const model::Matcher& above) {
  for (const auto& matcher : matchers) {
    std::string why = mismatch(matcher, above);
    if (!why.empty()) return why;
  }
  return "";
}

std::string to_json(const std::vector<model::Matcher>& matchers) {
  json out = json::array();
  for (const auto& matcher : matchers) out.push_back(to_json(matcher));
  return out.dump();
}

bool RouteOrder::operator<(const RouteOrder& other) const {
  if (methods != other.methods) return methods > other.methods;
  if (rank != other.rank) return rank < other.rank;
  return path > other.path;
}

RouteOrder order_of(const std::vector<model::Matcher>& matchers) {
  std::optional<RouteOrder> first;
  for (const auto& matcher : matchers) {
    RouteOrder order{matcher.methods.size(), rank(matcher), path_text(matcher)};
    if (!first || order < *first) first = std::move(order);
  }
  return first.value_or(RouteOrder());
}

}  // namespace solder::engine

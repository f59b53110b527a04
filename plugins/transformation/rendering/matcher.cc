#include "matcher.h"

#include <algorithm>

#include "characters.h"

namespace solder::transformation {

namespace {

std::string field_text(const Value& config, std::string_view key) { return std::string(config.get(key).string()); }

std::optional<Regex> regex_of(const std::string& pattern, const std::string& field, ConfigProblems& problems) {
  std::string error;
  auto out = Regex::compile(pattern, error);
  if (!out) problems.push_back({field, "InvalidRegex", error, pattern, ""});
  return out;
}

std::vector<FieldMatch> fields_of(const Value& config, std::string_view key, bool header, const std::string& field,
                                  ConfigProblems& problems) {
  std::vector<FieldMatch> out;
  const Value value = config.get(key);
  const auto list = value.list();
  for (size_t i = 0; i < list.size(); ++i)
    out.push_back(FieldMatch::of(list[i], header, field + "/" + std::string(key) + "/" + std::to_string(i), problems));
  return out;
}

bool same(std::string_view a, std::string_view b, bool any_case) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) {
           return any_case ? lower_case(x) == lower_case(y) : x == y;
         });
}

// The value of a query's parameter, as it is written.
std::optional<std::string> parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name) return std::string(equals == pair.npos ? "" : pair.substr(equals + 1));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return std::nullopt;
}

}  // namespace

FieldMatch FieldMatch::of(const Value& config, bool header, const std::string& field, ConfigProblems& problems) {
  FieldMatch out;
  out.name = field_text(config, "name");
  if (header) out.name = lower_case(out.name);
  out.value = field_text(config, "value");
  out.invert = config.get("invertMatch").truth();
  if (out.name.empty()) problems.push_back({field + "/name", "MissingField", "a matcher needs a name", "", "a name"});
  if (config.get("regex").truth() && !out.value.empty()) out.regex = regex_of(out.value, field + "/value", problems);
  return out;
}

bool FieldMatch::fits(const std::optional<std::string>& found) const {
  bool holds = found.has_value();
  if (holds && !value.empty()) holds = regex ? regex->matches(*found) : *found == value;
  return holds != invert;
}

RequestMatcher RequestMatcher::of(const Value& config, const std::string& field, ConfigProblems& problems) {
  RequestMatcher out;
  for (const auto& [key, path] :
       {std::pair{"prefix", Path::kPrefix}, {"exact", Path::kExact}, {"regex", Path::kRegex}}) {
    if (config.find(key) == nullptr) continue;
    out.path_ = path;
    out.text_ = field_text(config, key);
  }
  if (config.find("connectMatcher") != nullptr) out.path_ = Path::kConnect;
  if (out.path_ == Path::kRegex) out.regex_ = regex_of(out.text_, field + "/regex", problems);
  const Value* sensitive = config.find("caseSensitive");
  out.any_case_ = sensitive != nullptr && !sensitive->truth();
  out.headers_ = fields_of(config, "headers", true, field, problems);
  out.parameters_ = fields_of(config, "queryParameters", false, field, problems);
  const Value methods = config.get("methods");
  for (const Value& one : methods.list()) out.methods_.emplace_back(one.string());
  return out;
}

bool RequestMatcher::path_fits(std::string_view path, std::string_view method) const {
  const std::string_view bare = path.substr(0, path.find('?'));
  switch (path_) {
    case Path::kPrefix:
      return same(path.substr(0, text_.size()), text_, any_case_);
    case Path::kExact:
      return same(bare, text_, any_case_);
    case Path::kRegex:
      return regex_ && regex_->matches(bare);
    case Path::kConnect:
      return method == "CONNECT";
    default:
      return true;
  }
}

bool RequestMatcher::query_fits(std::string_view query) const {
  return std::all_of(parameters_.begin(), parameters_.end(),
                     [&](const FieldMatch& one) { return one.fits(parameter(query, one.name)); });
}

bool RequestMatcher::matches(const Message& request) const {
  const std::string path(request.header(":path").value_or(""));
  const std::string method(request.header(":method").value_or(""));
  if (!path_fits(path, method)) return false;
  if (!methods_.empty() && std::find(methods_.begin(), methods_.end(), method) == methods_.end()) return false;
  const size_t mark = path.find('?');
  if (!query_fits(mark == std::string::npos ? std::string_view() : std::string_view(path).substr(mark + 1)))
    return false;
  return std::all_of(headers_.begin(), headers_.end(),
                     [&](const FieldMatch& one) { return one.fits(request.joined_header(one.name)); });
}

ResponseMatcher ResponseMatcher::of(const Value& config, const std::string& field, ConfigProblems& problems) {
  ResponseMatcher out;
  out.headers_ = fields_of(config, "matchers", true, field, problems);
  out.details_ = field_text(config, "responseCodeDetails");
  return out;
}

bool ResponseMatcher::matches(const Message& response) const {
  if (!details_.empty() && response.response_code_details() != details_) return false;
  return std::all_of(headers_.begin(), headers_.end(),
                     [&](const FieldMatch& one) { return one.fits(response.joined_header(one.name)); });
}

}  // namespace solder::transformation

#include "log_filter.h"

namespace solder::plugins::access_logging {

using sdk::Json;

namespace {

// Envoy took the pattern fields out of HeaderMatcher; what they said goes into stringMatch.
Json header_matcher(const Json& header, const std::string& field, sdk::Out& out) {
  if (sdk::get_string(header, "name").empty()) {
    out.error({field + "/name", "MissingField", "a header matcher needs the header's name"});
  }
  Json matcher{{"name", sdk::get_string(header, "name")}};
  for (const char* kept : {"rangeMatch", "presentMatch", "invertMatch"}) {
    if (const Json* value = sdk::find(header, kept)) matcher[kept] = *value;
  }
  for (const auto& [ours, theirs] :
       {std::pair{"exactMatch", "exact"}, {"prefixMatch", "prefix"}, {"suffixMatch", "suffix"}}) {
    if (const Json* value = sdk::find(header, ours)) matcher["stringMatch"] = {{theirs, *value}};
  }
  if (const Json* regex = sdk::find(header, "safeRegexMatch")) {
    matcher["stringMatch"] = {{"safeRegex", {{"regex", sdk::get_string(*regex, "regex")}}}};
  }
  return matcher;
}

void check_comparison(const Json& filter, const std::string& field, sdk::Out& out) {
  const Json* comparison = sdk::find(filter, "comparison");
  if (comparison == nullptr || !comparison->contains("value")) {
    out.error(
        {field + "/comparison", "MissingField", "this needs something to compare with", "", "comparison: {op, value}"});
  }
}

Json several(const Json& filter, const std::string& field, sdk::Out& out) {
  Json list = Json::array();
  const Json* filters = sdk::find(filter, "filters");
  for (size_t i = 0; filters != nullptr && i < filters->size(); ++i) {
    list.push_back(log_filter((*filters)[i], field + "/filters/" + std::to_string(i), out));
  }
  if (list.size() < 2) out.error({field + "/filters", "MissingField", "this joins at least two filters"});
  return {{"filters", std::move(list)}};
}

}  // namespace

Json log_filter(const Json& filter, const std::string& field, sdk::Out& out) {
  Json result = Json::object();
  for (const auto& [kind, value] : filter.items()) {
    const std::string below = field + "/" + kind;
    if (kind == "andFilter" || kind == "orFilter") {
      result[kind] = several(value, below, out);
    } else if (kind == "headerFilter") {
      result[kind] = {{"header", header_matcher(value.value("header", Json::object()), below + "/header", out)}};
    } else {
      if (kind == "statusCodeFilter" || kind == "durationFilter") check_comparison(value, below, out);
      result[kind] = value;
    }
    // Envoy demands the key of a number that the runtime may override.
    if (auto number = Json::json_pointer("/" + kind + "/comparison/value"); result.contains(number)) {
      if (!result[number].contains("runtimeKey")) result[number]["runtimeKey"] = "solder.access_log." + kind;
    }
  }
  if (result.empty()) out.error({field, "MissingField", "a filter must say which requests are logged"});
  return result;
}

}  // namespace solder::plugins::access_logging

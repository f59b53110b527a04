#include "actions.h"

#include <re2/re2.h>

namespace solder::plugins::rate_limit {

using sdk::Json;

namespace {

// By this value servers that know set descriptors tell them from ordered ones.
constexpr const char* kSetDescriptor = "solo.setDescriptor.uniqueValue";

std::string needed(const Json& value, const char* key, const std::string& field, sdk::Out& out) {
  std::string text = sdk::get_string(value, key);
  if (text.empty()) out.error({field + "/" + key, "MissingField", "a rate limit action needs this"});
  return text;
}

Json header_matcher(const Json& header, const std::string& field, sdk::Out& out) {
  Json matcher{{"name", sdk::get_string(header, "name")}};
  if (const Json* regex = sdk::find(header, "regexMatch")) {
    const RE2 compiled(regex->get<std::string>(), RE2::Quiet);
    if (!compiled.ok()) {
      out.error({field + "/regexMatch", "InvalidRegex", "the regular expression does not compile: " + compiled.error(),
                 regex->get<std::string>(), "RE2 syntax"});
    }
    matcher["stringMatch"] = {{"safeRegex", {{"regex", *regex}}}};
  }
  for (const auto& [ours, theirs] :
       {std::pair{"exactMatch", "exact"}, {"prefixMatch", "prefix"}, {"suffixMatch", "suffix"}}) {
    if (const Json* text = sdk::find(header, ours)) matcher["stringMatch"] = {{theirs, *text}};
  }
  for (const char* same : {"rangeMatch", "presentMatch", "invertMatch"}) {
    if (const Json* setting = sdk::find(header, same)) matcher[same] = *setting;
  }
  return matcher;
}

Json header_value_match(const Json& value, const std::string& field, sdk::Out& out) {
  Json match{{"descriptorValue", needed(value, "descriptorValue", field, out)}, {"headers", Json::array()}};
  if (const Json* expected = sdk::find(value, "expectMatch")) match["expectMatch"] = *expected;
  const Json headers = value.value("headers", Json::array());
  if (headers.empty()) out.error({field + "/headers", "MissingField", "a match needs at least one header"});
  for (size_t i = 0; i < headers.size(); ++i)
    match["headers"].push_back(header_matcher(headers[i], field + "/headers/" + std::to_string(i), out));
  return match;
}

Json metadata_key(const Json& value, const std::string& field, sdk::Out& out) {
  const Json key = value.value("metadataKey", Json::object());
  Json result{{"key", needed(key, "key", field + "/metadataKey", out)}, {"path", key.value("path", Json::array())}};
  if (result["path"].empty()) out.error({field + "/metadataKey/path", "MissingField", "a metadata key needs a path"});
  return result;
}

Json metadata(const Json& value, const std::string& field, sdk::Out& out) {
  Json result{{"descriptorKey", needed(value, "descriptorKey", field, out)},
              {"metadataKey", metadata_key(value, field, out)}};
  for (const char* same : {"defaultValue", "source"}) {
    if (const Json* setting = sdk::find(value, same)) result[same] = *setting;
  }
  return result;
}

// `in_set`: absent headers are left out of the descriptor, since the others can match without them.
Json action(const Json& value, bool in_set, const std::string& field, sdk::Out& out) {
  for (const char* same : {"sourceCluster", "destinationCluster", "remoteAddress"}) {
    if (value.contains(same)) return {{same, Json::object()}};
  }
  if (const Json* headers = sdk::find(value, "requestHeaders")) {
    const std::string at = field + "/requestHeaders";
    Json result{{"headerName", needed(*headers, "headerName", at, out)},
                {"descriptorKey", needed(*headers, "descriptorKey", at, out)}};
    if (in_set) result["skipIfAbsent"] = true;
    return {{"requestHeaders", std::move(result)}};
  }
  if (const Json* key = sdk::find(value, "genericKey"))
    return {{"genericKey", {{"descriptorValue", needed(*key, "descriptorValue", field + "/genericKey", out)}}}};
  if (const Json* match = sdk::find(value, "headerValueMatch"))
    return {{"headerValueMatch", header_value_match(*match, field + "/headerValueMatch", out)}};
  if (const Json* wanted = sdk::find(value, "metadata"))
    return {{"metadata", metadata(*wanted, field + "/metadata", out)}};
  out.error(
      {field, "MissingField", "a rate limit action must say what it counts by", "",
       "requestHeaders, remoteAddress, genericKey, headerValueMatch, metadata, sourceCluster or destinationCluster"});
  return Json::object();
}

Json generic_key(const std::string& value) { return {{"genericKey", {{"descriptorValue", value}}}}; }

Json actions(const Json& list, bool in_set, const Json& first, const std::string& field, sdk::Out& out) {
  Json result = Json::array();
  if (!first.is_null()) result.push_back(first);
  if (in_set) result.push_back(generic_key(kSetDescriptor));
  for (size_t i = 0; i < list.size(); ++i)
    result.push_back(action(list[i], in_set, field + "/" + std::to_string(i), out));
  return result;
}

}  // namespace

Json rate_limits(const Json& list, int stage, const Json& first, const std::string& field, sdk::Out& out) {
  Json limits = Json::array();
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string at = field + "/" + std::to_string(i);
    for (const auto& [key, in_set] : {std::pair{"actions", false}, {"setActions", true}}) {
      const Json* given = sdk::find(list[i], key);
      if (given == nullptr || given->empty()) continue;
      Json limit{{"stage", stage}, {"actions", actions(*given, in_set, first, at + "/" + key, out)}};
      if (const Json* own = sdk::find(list[i], "limit"); own != nullptr && own->contains("dynamicMetadata")) {
        const std::string where = at + "/limit/dynamicMetadata";
        limit["limit"] = {{"dynamicMetadata", {{"metadataKey", metadata_key((*own)["dynamicMetadata"], where, out)}}}};
      }
      limits.push_back(std::move(limit));
    }
  }
  return limits;
}

}  // namespace solder::plugins::rate_limit

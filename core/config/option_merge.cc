#include "core/config/option_merge.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace solder::config {

using nlohmann::json;

namespace {

// The choices (oneof) among Gloo's RouteOptions and VirtualHostOptions.
const std::array<std::vector<std::string_view>, 5> kChoices{{
    {"hostRewrite", "autoHostRewrite", "hostRewritePathRegex", "hostRewriteHeader"},
    {"ratelimitEarly", "rateLimitEarlyConfigs"},
    {"ratelimit", "rateLimitConfigs"},
    {"ratelimitRegular", "rateLimitRegularConfigs"},
    {"jwt", "jwtStaged", "jwtProvidersStaged"},
}};

bool taken(const json& own, const std::string& key) {
  if (own.contains(key)) return true;
  return std::any_of(kChoices.begin(), kChoices.end(), [&](const auto& choice) {
    return std::find(choice.begin(), choice.end(), key) != choice.end() &&
           std::any_of(choice.begin(), choice.end(), [&](std::string_view other) { return own.contains(other); });
  });
}

json parsed(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  return value.is_object() ? value : json::object();
}

// The keys of `inherited` that `own` leaves open.
json left_open(const json& own, const json& inherited) {
  json out = json::object();
  for (const auto& [key, value] : inherited.items()) {
    if (!taken(own, key)) out[key] = value;
  }
  return out;
}

void append_all(json& own, const json& inherited) {
  for (const char* list : {"requestTransforms", "responseTransforms"}) {
    if (!inherited.contains(list)) continue;
    json& into = own[list];
    if (into.is_null()) into = json::array();
    for (const auto& one : inherited[list]) into.push_back(one);
  }
}

}  // namespace

std::string merge_options(const std::string& own, const std::string& inherited) {
  json out = parsed(own);
  out.update(left_open(out, parsed(inherited)));
  return out.dump();
}

model::OptionSet merge_options(const model::OptionSet& own, const std::string& inherited, const std::string& path) {
  json whole = parsed(own.json);
  const json more = left_open(whole, parsed(inherited));
  model::OptionSet out = own;
  for (const auto& [key, value] : more.items()) out.values.push_back({key, path, value.dump()});
  std::sort(out.values.begin(), out.values.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  whole.update(more);
  out.json = whole.dump();
  return out;
}

std::string inherit_transformations(const std::string& own, const std::string& inherited) {
  if (own.find("inheritTransformation") == std::string::npos) return own;
  json out = parsed(own);
  const auto staged = out.find("stagedTransformations");
  if (staged == out.end() || !staged->is_object() || !staged->value("inheritTransformation", false)) return own;
  const json above = parsed(inherited).value("stagedTransformations", json::object());
  for (const char* stage : {"early", "regular", "postRouting"}) {
    if (!above.contains(stage)) continue;
    json& mine = (*staged)[stage];
    if (mine.is_null()) {
      mine = above[stage];
    } else {
      append_all(mine, above[stage]);
    }
  }
  return out.dump();
}

bool joins_cors(const std::string& host) {
  if (host.find("corsPolicyMergeSettings") == std::string::npos) return false;
  const json options = parsed(host);
  const json& settings = options.value("corsPolicyMergeSettings", json::object());
  return settings.is_object() && settings.value("exposeHeaders", json()) == "UNION";
}

std::string join_cors(const std::string& own, const std::string& host) {
  json out = parsed(own);
  const auto cors = out.find("cors");
  const json above = parsed(host).value("cors", json::object());
  if (cors == out.end() || !cors->is_object() || !above.contains("exposeHeaders")) return own;
  json joined = above["exposeHeaders"];
  const json mine = cors->value("exposeHeaders", json::array());
  for (const auto& header : mine) {
    if (std::find(joined.begin(), joined.end(), header) == joined.end()) joined.push_back(header);
  }
  (*cors)["exposeHeaders"] = std::move(joined);
  return out.dump();
}

}  // namespace solder::config

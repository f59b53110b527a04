#include "delegates.h"

#include <array>
#include <optional>

#include "matchers.h"
#include "world.h"

namespace solder::plugins::istio {

namespace {

using Kind = StringMatch::Kind;

StringMatch read(const Json& json) {
  Report quiet(nullptr);
  return read_string_match(Fields(&json, "", quiet));
}

// One condition on a text that is both: the narrower of two. Expressions are compared with their equals alone.
std::optional<Json> both(const Json& a, const Json& b) {
  if (a == b) return a;
  const StringMatch x = read(a), y = read(b);
  if (x.kind == Kind::kPresent) return b;
  if (y.kind == Kind::kPresent) return a;
  const auto within = [](const StringMatch& narrow, const StringMatch& wide) {
    return narrow.kind != Kind::kRegex && wide.kind == Kind::kPrefix && narrow.text.starts_with(wide.text);
  };
  if (within(y, x)) return b;
  return within(x, y) ? std::optional(a) : std::nullopt;
}

bool is_text_match(const std::string& name) {
  return name == "uri" || name == "scheme" || name == "method" || name == "authority";
}

bool is_map_of_matches(const std::string& name) {
  return name == "headers" || name == "withoutHeaders" || name == "queryParams";
}

// Members of both maps; nothing where they contradict each other.
std::optional<Json> both_maps(const Json& a, const Json& b, bool either) {
  Json out = a;
  for (const auto& [name, value] : b.items()) {
    if (!a.contains(name)) {
      out[name] = value;
      continue;
    }
    if (either && a[name] != value) return std::nullopt;
    const auto joined = both(a[name], value);
    if (!joined) return std::nullopt;
    out[name] = *joined;
  }
  return out;
}

std::optional<Json> both_matches(const Json& root, const Json& own) {
  if (!root.is_object() || !own.is_object()) return std::nullopt;
  Json out = root;
  for (const auto& [name, value] : own.items()) {
    if (!root.contains(name) || name == "name" || name == "statPrefix") {
      out[name] = value;
    } else if (is_text_match(name)) {
      const auto joined = both(root[name], value);
      if (!joined) return std::nullopt;
      out[name] = *joined;
    } else if (is_map_of_matches(name) && root[name].is_object() && value.is_object()) {
      const auto joined = both_maps(root[name], value, name == "withoutHeaders");
      if (!joined) return std::nullopt;
      out[name] = *joined;
    } else if (root[name] != value) {
      return std::nullopt;
    }
  }
  return out;
}

const Json& matches_of(const Json& route) {
  static const Json kAll = Json::array({Json::object()});
  const Json& list = part(route, "match");
  return list.is_array() && !list.empty() ? list : kAll;
}

}  // namespace

std::vector<Json> delegated_routes(const Json& root, const Json& delegate_spec) {
  // What the root says counts where the delegate says nothing.
  static constexpr std::array kInherited = {"rewrite",       "timeout",    "retries",       "fault",
                                            "mirror",        "mirrors",    "headers",       "mirrorPercentage",
                                            "mirrorPercent", "corsPolicy", "directResponse"};
  std::vector<Json> out;
  const Json& routes = part(delegate_spec, "http");
  for (const Json& each : routes.is_array() ? routes : Json::array()) {
    if (!each.is_object()) continue;
    Json route = each;
    route.erase("delegate");  // of one level
    route["match"] = Json::array();
    for (const Json& above : matches_of(root)) {
      for (const Json& own : matches_of(each)) {
        if (auto joined = both_matches(above, own)) route["match"].push_back(std::move(*joined));
      }
    }
    if (route["match"].empty()) continue;
    for (const char* name : kInherited) {
      if (!route.contains(name) && root.contains(name)) route[name] = root[name];
    }
    out.push_back(std::move(route));
  }
  return out;
}

}  // namespace solder::plugins::istio

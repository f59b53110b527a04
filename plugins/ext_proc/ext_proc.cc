// extProc, extProcEarly and extProcLate: servers that see and change requests and answers, at three places. The late
// one is a filter of the router, behind everything that routes change. Settings' give way to a gateway's own, setting
// by setting; a virtual host or route changes some, or switches one off. Source: Gloo's options/extproc and plugin;
// Envoy ExternalProcessor. Tested by plugins/ext_proc/testdata and tests/e2e/ext_proc_test.py.
#include "processor.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "solder/sdk/duration_text.hpp"

namespace solder::plugins::ext_proc {

using sdk::Json;

namespace {

constexpr const char* kType = "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor";
constexpr const char* kOptionType = "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute";

struct Variant {
  std::string_view key, disabling;
  const char* filter;
  bool late;
};
constexpr std::array kVariants = {
    Variant{"extProc", "disableExtProc", "envoy.filters.http.ext_proc", false},
    Variant{"extProcEarly", "disableExtProcEarly", "envoy.filters.http.ext_proc.early", false},
    Variant{"extProcLate", "disableExtProcLate", "envoy.filters.http.ext_proc.late", true},
};

const Variant* variant_of(std::string_view key) {
  for (const Variant& variant : kVariants) {
    if (variant.key == key || variant.disabling == key) return &variant;
  }
  return nullptr;
}

struct Place {
  const char* stage;
  int32_t weight;
};

// Beyond the weights that filters of a stage have among themselves.
int32_t weight_of(const std::string& predicate) {
  constexpr int32_t kFar = 100;
  return predicate == "Before" ? -kFar : predicate == "After" ? kFar : 0;
}

Place place_of(const Json& settings, sdk::Out& out) {
  static constexpr std::array kStages = {
      std::pair{"FaultStage", "fault"},       std::pair{"CorsStage", "cors"},
      std::pair{"WafStage", "waf"},           std::pair{"AuthNStage", "authn"},
      std::pair{"AuthZStage", "authz"},       std::pair{"RateLimitStage", "rate_limit"},
      std::pair{"AcceptedStage", "accepted"}, std::pair{"OutAuthStage", "out_auth"},
      std::pair{"RouteStage", "route"}};
  const Json* given = sdk::find(settings, "filterStage");
  if (given == nullptr) {
    out.error({"/filterStage", "MissingField", "the processor's place among the filters is not said", "",
               "filterStage.stage"});
    return {"fault", 0};
  }
  const std::string stage = sdk::get_string(*given, "stage");
  const char* word = "fault";  // the first one is proto3's default
  for (const auto& [name, ours] : kStages) {
    if (stage == name) word = ours;
  }
  return {word, weight_of(sdk::get_string(*given, "predicate"))};
}

void add(const Variant& variant, const Json& settings, bool of_gateway, sdk::Out& out) {
  const Place place = place_of(settings, out);
  const Json config = processor(settings, out);
  if (out.failed()) return;
  const std::string json = config.dump();
  // The late one is a filter of the router's, on the way to the upstream.
  out.filter({.stage = variant.late ? "upstream" : place.stage,
              .name = variant.filter,
              .type_url = kType,
              .json = json,
              .weight = place.weight,
              .flags = of_gateway ? uint32_t{SOLDER_FILTER_ONLY} : 0u});
}

// The durations of Settings' extProc, by name: nothing else of it is called so.
constexpr std::array kDurations = {"messageTimeout", "maxMessageTimeout", "timeout", "baseInterval", "maxInterval"};

Json as_seconds(const std::string& name, const Json& member) {
  if (!member.is_string() || std::find(kDurations.begin(), kDurations.end(), name) == kDurations.end()) return member;
  const auto text = sdk::canonical_duration(member.get_ref<const std::string&>());
  return text ? Json(*text) : member;
}

// As the schema would write it: lookups give what users wrote.
Json lower_camel(const Json& value) {
  if (!value.is_object()) {
    if (!value.is_array()) return value;
    Json list = Json::array();
    for (const Json& item : value) list.push_back(lower_camel(item));
    return list;
  }
  Json out = Json::object();
  for (const auto& [key, member] : value.items()) {
    std::string name;
    for (size_t i = 0; i < key.size(); ++i) {
      const bool up = key[i] == '_' && i > 0 && i + 1 < key.size();
      name += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(key[++i]))) : key[i];
    }
    out[name] = name == "filterMetadata" ? member : lower_camel(as_seconds(name, member));
  }
  return out;
}

// The gateway's settings, and those of Settings where it says nothing.
Json merged(const Variant& variant, const Json& own, sdk::Out& out) {
  const auto found = out.lookup({"Settings", "", ""});
  const Json object = found ? sdk::parse_json(*found) : Json();
  const Json spec = object.is_object() ? lower_camel(object.value("spec", Json::object())) : Json::object();
  Json all = spec.value(std::string(variant.key), Json::object());
  all.update(own);
  return all;
}

void disable(const Variant& variant, sdk::Out& out) {
  out.filter({.stage = variant.late ? "upstream" : "fault",
              .name = variant.filter,
              .type_url = kType,
              .flags = SOLDER_FILTER_ABSENT});
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Variant* variant = variant_of(in.key);
    if (variant == nullptr) return;
    const Json value = sdk::parse_json(in.json);
    if (in.key == variant->disabling) {
      if (value.get<bool>()) disable(*variant, out);
    } else if (in.scope == SOLDER_SCOPE_SETTINGS) {
      add(*variant, value, false, out);
    } else if (in.scope == SOLDER_SCOPE_HTTP_GATEWAY) {
      gateway(*variant, in, value, out);
    } else if (const Json changed = changes(value, out); !changed.is_null()) {
      out.fragment_json(std::string("per_filter/") + variant->filter, changed.dump(), kOptionType);
    }
  }

 private:
  static void gateway(const Variant& variant, const sdk::OptionInput& in, const Json& value, sdk::Out& out) {
    const Json beside = sdk::parse_json(in.options_json);
    const std::string disabling(variant.disabling);
    if (!sdk::get_bool(beside, disabling.c_str()).value_or(false))
      return add(variant, merged(variant, value, out), true, out);
    out.error({"", "OneofConflict", "the gateway has a processor here and is to go without it", disabling + ": true",
               "one of them"});
  }
};

}  // namespace solder::plugins::ext_proc

SOLDER_PLUGIN(solder::plugins::ext_proc::Plugin, "ext_proc", "1.0.0")

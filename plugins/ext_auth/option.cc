#include "option.h"

#include <algorithm>

#include "auth_config.h"

namespace solder::plugins::ext_auth {

using sdk::Json;

namespace {

// The servers of Settings, in either spelling that users have for the field.
struct Servers {
  bool common = false;
  Json named = Json::object();
};

Servers servers(sdk::Out& out) {
  const auto found = out.lookup({"Settings", "", ""});
  const Json object = found ? sdk::parse_json(*found) : Json();
  const Json spec = object.is_object() ? object.value("spec", Json::object()) : Json::object();
  Servers all;
  if (!spec.is_object()) return all;
  all.common = spec.contains("extauth");
  for (const char* key : {"namedExtauth", "named_extauth"}) {
    if (const Json* named = sdk::find(spec, key); named != nullptr && named->is_object()) all.named = *named;
  }
  return all;
}

void use(const std::string& filter, const Json& option, sdk::Out& out) {
  out.fragment_json("per_filter/" + filter, option.dump(), kServerOptionType);
}

// What is said further out about other filters does not count here.
void switch_off_others(const std::vector<std::string>& used, const Servers& all, sdk::Out& out) {
  std::vector<std::string> servers{kServer};
  for (const auto& [name, ignored] : all.named.items()) servers.push_back(named_server(name));
  for (int step = 0; step < kMostSteps; ++step) {
    for (const Kind kind : kKinds) servers.push_back(step_server(step, kind));
  }
  for (const std::string& server : servers) {
    if (std::find(used.begin(), used.end(), server) == used.end()) use(server, {{"disabled", true}}, out);
  }
  for (const char* filter : {kBasicAuth, kToken}) {
    if (std::find(used.begin(), used.end(), filter) == used.end())
      out.fragment_json(std::string("per_filter/") + filter, R"({"disabled":true})", kFilterConfigType);
  }
}

std::vector<std::string> use_server(const Json& custom, const Servers& all, sdk::Out& out) {
  const std::string name = sdk::get_string(custom, "name");
  const std::string filter = named_server(name);
  if (!name.empty() && !all.named.contains(name)) {
    std::string known;
    for (const auto& [key, ignored] : all.named.items()) known += (known.empty() ? "" : ", ") + key;
    out.warning({"/customAuth/name", "AuthServerNotFound",
                 "Settings.namedExtauth has no server of this name; requests are denied until it comes", name,
                 known.empty() ? "a name from Settings.namedExtauth" : "one of " + known});
  } else if (name.empty() && !all.common) {
    out.info({"/customAuth", "AuthServerNotFound",
              "Settings.extauth names no auth server; on gateways without extauth of their own requests are denied", "",
              "Settings.extauth.extauthzServerRef"});
  }
  const std::string json = ask_nobody(true).dump();
  out.filter({.stage = kStage,
              .name = filter,
              .type_url = kServerType,
              .json = json,
              .weight = kFallback,
              .flags = SOLDER_FILTER_DISABLED});
  Json check = Json::object();
  if (const Json* context = sdk::find(custom, "contextExtensions"); context != nullptr && !context->empty())
    check["contextExtensions"] = *context;
  use(filter, {{"checkSettings", std::move(check)}}, out);
  return {filter};
}

}  // namespace

void add_option(const sdk::OptionInput& in, const Json& value, sdk::Out& out) {
  const bool outermost = in.scope == SOLDER_SCOPE_VIRTUAL_HOST;
  const Json* custom = sdk::find(value, "customAuth");
  const Json* config = sdk::find(value, "configRef");
  const bool off = sdk::get_bool(value, "disable").value_or(false);
  if (custom == nullptr && config == nullptr && (!off || outermost)) return;
  const Servers all = custom != nullptr || !outermost ? servers(out) : Servers{};
  std::vector<std::string> used;
  if (custom != nullptr) used = use_server(*custom, all, out);
  if (config != nullptr) used = use_auth_config(in, *config, out);
  if (!outermost) switch_off_others(used, all, out);
}

}  // namespace solder::plugins::ext_auth

#include "option.h"

#include <algorithm>

#include "auth_config.h"

namespace solder::plugins::ext_auth {

using sdk::Json;

namespace {

Json settings(sdk::Out& out) {
  const auto found = out.lookup({"Settings", "", ""});
  return found ? sdk::parse_json(*found) : Json::object();
}

void use(const std::string& filter, const Json& option, sdk::Out& out) {
  out.fragment_json("per_filter/" + filter, option.dump(), kServerOptionType);
}

// What is said further out about other filters does not count here.
void switch_off_others(const std::vector<std::string>& used, const Json& settings, sdk::Out& out) {
  std::vector<std::string> servers{kServer};
  const Json named = settings.value("namedExtauth", Json::object());
  for (const auto& [name, ignored] : named.items()) servers.push_back(named_server(name));
  for (int step = 0; step < kMostSteps; ++step) {
    for (const bool open : {false, true}) servers.push_back(step_server(step, open));
  }
  for (const std::string& server : servers) {
    if (std::find(used.begin(), used.end(), server) == used.end()) use(server, {{"disabled", true}}, out);
  }
  if (std::find(used.begin(), used.end(), kBasicAuth) == used.end())
    out.fragment_json(std::string("per_filter/") + kBasicAuth, R"({"disabled":true})", kFilterConfigType);
}

std::vector<std::string> use_server(const Json& custom, const Json& settings, sdk::Out& out) {
  const std::string name = sdk::get_string(custom, "name");
  const std::string filter = named_server(name);
  const Json named = settings.value("namedExtauth", Json::object());
  if (!name.empty() && !named.contains(name)) {
    std::string known;
    for (const auto& [key, ignored] : named.items()) known += (known.empty() ? "" : ", ") + key;
    out.warning({"/customAuth/name", "AuthServerNotFound",
                 "Settings.namedExtauth has no server of this name; requests are denied until it comes", name,
                 known.empty() ? "a name from Settings.namedExtauth" : "one of " + known});
  } else if (name.empty() && !settings.contains("extauth")) {
    out.info({"/customAuth", "AuthServerNotFound",
              "Settings.extauth names no auth server; on gateways without extauth of their own requests are denied", "",
              "Settings.extauth.extauthzServerRef"});
  }
  const Json denying{{"httpService", nobody()}, {"transportApiVersion", "V3"}};
  const std::string json = denying.dump();
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
  const Json all = custom != nullptr || !outermost ? settings(out) : Json::object();
  std::vector<std::string> used;
  if (custom != nullptr) used = use_server(*custom, all, out);
  if (config != nullptr) used = use_auth_config(in, *config, out);
  if (!outermost) switch_off_others(used, all, out);
}

}  // namespace solder::plugins::ext_auth

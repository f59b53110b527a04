// statefulSession: a client stays with the host that answered it first, by a cookie or a header that Envoy writes.
// Source: Gloo's options/stateful_session; Envoy StatefulSession. Tested by plugins/stateful_session/testdata and
// tests/e2e/ext_proc_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::stateful_session {

using sdk::Json;

namespace {

constexpr const char* kTypes = "type.googleapis.com/envoy.extensions.http.stateful_session.";

Json by_cookie(const Json& value, sdk::Out& out) {
  const Json given = value.value("cookie", Json::object());
  const std::string name = sdk::get_string(given, "name");
  if (name.empty()) out.error({"/cookieBased/cookie/name", "MissingField", "a cookie needs a name"});
  Json cookie{{"name", name}};
  if (const std::string path = sdk::get_string(given, "path"); !path.empty()) cookie["path"] = path;
  // 0s means that the cookie lives as long as the browser, which is Envoy's default.
  if (const auto ttl = sdk::checked_duration(given, "ttl", sdk::Least::kZero, "/cookieBased/cookie", out);
      ttl && *ttl > sdk::Duration{}) {
    cookie["ttl"] = sdk::get_string(given, "ttl");
  }
  return {{"name", "envoy.http.stateful_session.cookie"},
          {"typedConfig",
           {{"@type", std::string(kTypes) + "cookie.v3.CookieBasedSessionState"}, {"cookie", std::move(cookie)}}}};
}

Json by_header(const Json& value, sdk::Out& out) {
  const std::string name = sdk::get_string(value, "headerName");
  if (name.empty()) out.error({"/headerBased/headerName", "MissingField", "a header needs a name"});
  return {{"name", "envoy.http.stateful_session.header"},
          {"typedConfig", {{"@type", std::string(kTypes) + "header.v3.HeaderBasedSessionState"}, {"name", name}}}};
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const Json* cookie = sdk::find(value, "cookieBased");
    const Json* header = sdk::find(value, "headerBased");
    if (cookie == nullptr && header == nullptr)
      return out.error(
          {"", "MissingField", "this does not say where the session is kept", "", "cookieBased or headerBased"});
    Json config{{"sessionState", cookie != nullptr ? by_cookie(*cookie, out) : by_header(*header, out)}};
    if (sdk::get_bool(value, "strict").value_or(false)) config["strict"] = true;
    out.filter_json("route", "envoy.filters.http.stateful_session",
                    "type.googleapis.com/envoy.extensions.filters.http.stateful_session.v3.StatefulSession",
                    config.dump());
  }
};

}  // namespace solder::plugins::stateful_session

SOLDER_PLUGIN(solder::plugins::stateful_session::Plugin, "stateful_session", "1.0.0")

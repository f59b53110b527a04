#include "auth_config.h"

#include <algorithm>

#include "boolean_expr.h"
#include "pass_through.h"

namespace solder::plugins::ext_auth {

using sdk::Json;

namespace {

constexpr const char* kMetadataFilter = "envoy.filters.http.set_metadata";
constexpr size_t kHexSha1 = 40;

std::string base64(const std::string& bytes) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kLetters[three >> (18 - 6 * k) & 63];
  }
  return out;
}

// Of a SHA-1 in hexadecimal or base64; empty: neither.
std::string sha1_in_base64(const std::string& hash) {
  if (hash.size() != kHexSha1) return hash.size() == 28 && hash.ends_with('=') ? hash : "";
  std::string bytes;
  for (size_t i = 0; i < hash.size(); i += 2) {
    const std::string two = hash.substr(i, 2);
    if (two.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return "";
    bytes += static_cast<char>(std::stoi(two, nullptr, 16));
  }
  return base64(bytes);
}

// The lines of an htpasswd file; empty: what is wrong was told.
std::string user_lines(const Json& basic, const std::string& field, sdk::Out& out) {
  const Json users = basic.value("userList", Json::object()).value("users", Json::object());
  std::string lines;
  for (const auto& [name, user] : users.items()) {
    const std::string at = field + "/userList/users/" + name;
    const std::string hash = sha1_in_base64(sdk::get_string(user, "hashedPassword"));
    if (name.find_first_of(":\r\n") != std::string::npos)
      out.error({field + "/userList/users", "InvalidValue", "a user's name has no colon and no line break", name});
    if (!sdk::get_string(user, "salt").empty())
      out.error({at + "/salt", "NotServed", "Envoy compares passwords with SHA-1 without salt", "", "no salt"});
    if (hash.empty())
      out.error(
          {at + "/hashedPassword", "InvalidValue", "this is no SHA-1", "", "what htpasswd -nbs prints behind {SHA}"});
    lines += name + ":{SHA}" + hash + "\n";
  }
  if (lines.empty())
    out.error({field + "/userList/users", "MissingField", "nobody could log in", "", "at least one user"});
  return out.failed() ? "" : lines;
}

void use_passwords(const Json& basic, const std::string& field, sdk::Out& out) {
  const std::string lines = user_lines(basic, field, out);
  if (lines.empty()) return;
  // Of the filter itself, which is never used as it is: nobody's password has this hash.
  const Json nobody_at_all{{"users", {{"inlineString", "-:{SHA}" + std::string(27, 'A') + "=\n"}}}};
  const std::string json = nobody_at_all.dump();
  out.filter({.stage = kStage,
              .name = kBasicAuth,
              .type_url = kBasicAuthType,
              .json = json,
              .weight = kBasic,
              .flags = SOLDER_FILTER_DISABLED});
  Json option{{"users", {{"inlineString", lines}}}};
  if (const std::string realm = sdk::get_string(basic, "realm"); !realm.empty()) option["realm"] = realm;
  out.fragment_json(std::string("per_filter/") + kBasicAuth, option.dump(), kBasicAuthOptionType);
}

// `jwt: {}` checks nothing itself: it wants a token that the option jwt of the route or host has found right. Without
// that option, or where it lets requests without token pass, nobody passes.
void want_token(sdk::Out& out) {
  const std::string nobody = R"({"rules":{}})";
  out.filter({.stage = kStage,
              .name = kToken,
              .type_url = kTokenType,
              .json = nobody,
              .weight = kTokenWasRight,
              .flags = SOLDER_FILTER_DISABLED});
  const Json claims{
      {"filter", kJwtMetadata}, {"path", Json::array({{{"key", kJwtClaims}}})}, {"value", {{"presentMatch", true}}}};
  const Json policy{{"permissions", Json::array({{{"any", true}}})},
                    {"principals", Json::array({{{"sourcedMetadata", {{"metadataMatcher", claims}}}}})}};
  const Json option{{"rbac", {{"rules", {{"action", "ALLOW"}, {"policies", {{"token", policy}}}}}}}};
  out.fragment_json(std::string("per_filter/") + kToken, option.dump(), kTokenOptionType);
}

struct Place {
  const sdk::OptionInput& in;
  std::string ns, name;  // of the AuthConfig
};

// The server finds the AuthConfig's own `config` in the metadata of the request, where Gloo puts it.
void pass_on_config(const Place& place, const Json& config, int step, sdk::Out& out) {
  const int level = place.in.scope == SOLDER_SCOPE_VIRTUAL_HOST ? 0 : place.in.scope == SOLDER_SCOPE_ROUTE ? 1 : 2;
  static constexpr const char* kLevels[] = {"", ".route", ".destination"};
  const std::string name = std::string(kMetadataFilter) + "." + place.ns + "." + place.name + "." +
                           std::to_string(step + 1) + kLevels[level];
  const Json metadata{
      {"metadata",
       Json::array({{{"metadataNamespace", kConfigMetadata}, {"allowOverwrite", true}, {"value", config}}})}};
  const std::string json = metadata.dump();
  out.filter({.stage = kStage,
              .name = name,
              .type_url = "type.googleapis.com/envoy.extensions.filters.http.set_metadata.v3.Config",
              .json = json,
              .weight = kFirstConfig + kStepDistance * step + level,
              .flags = SOLDER_FILTER_DISABLED});
  out.fragment_json("per_filter/" + name, R"({"config":{}})", kFilterConfigType);
}

std::string ask_server(const Place& place, const Json& pass, size_t index, int step, sdk::Out& out) {
  const Kind kind{pass.contains("http"), sdk::get_bool(pass, "failureModeAllow").value_or(false)};
  const std::string filter = step_server(step, kind);
  Json base = ask_nobody(kind.http);
  base["failureModeAllow"] = kind.open;
  base["metadataContextNamespaces"] = forwarded_metadata();
  const std::string json = base.dump();
  out.filter({.stage = kStage,
              .name = filter,
              .type_url = kServerType,
              .json = json,
              .weight = kFirstStep + kStepDistance * step,
              .flags = SOLDER_FILTER_DISABLED});
  const Json service = pass_through_service(pass, server_cluster(place.ns, place.name, index));
  out.fragment_json("per_filter/" + filter, Json{{"checkSettings", service}}.dump(), kServerOptionType);
  if (const Json* config = sdk::find(pass, "config"); config != nullptr && pass.contains("grpc"))
    pass_on_config(place, *config, step, out);
  return filter;
}

// The problems of a chain, told at `field` + "/configs/...".
void check_chain(const Json& spec, const std::string& field, sdk::Out& out) {
  const Json configs = spec.value("configs", Json::array());
  if (configs.empty())
    out.error({field + "/configs", "MissingField", "an AuthConfig without configs would let every request pass", "",
               "at least one"});
  check_expression(spec, field, out);
  const Json asked = asked_configs(spec);
  int servers = 0, passwords = 0;
  for (size_t i = 0; i < configs.size(); ++i) {
    const std::string at = field + "/configs/" + std::to_string(i);
    const Json* pass = sdk::find(configs[i], "passThroughAuth");
    const Json* basic = sdk::find(configs[i], "basicAuth");
    if (pass != nullptr) check_pass_through(*pass, at + "/passThroughAuth", out), servers += asked[i].empty() ? 0 : 1;
    if (basic != nullptr) (void)user_lines(*basic, at + "/basicAuth", out), passwords += asked[i].empty() ? 0 : 1;
    if (pass == nullptr && basic == nullptr && !configs[i].contains("jwt"))
      out.error({at, "MissingField", "this config does not say what it asks", "", "passThroughAuth, basicAuth or jwt"});
  }
  if (servers > kMostSteps || passwords > 1) {
    out.error({field + "/configs", "NotServed",
               "one AuthConfig asks at most two servers, and has one list of passwords",
               std::to_string(servers) + " servers", "a server that asks the others"});
  }
}

}  // namespace

std::vector<std::string> use_auth_config(const sdk::OptionInput& in, const Json& ref, sdk::Out& out) {
  const std::string name = sdk::get_string(ref, "name");
  const Place place{in, ref.value("namespace", std::string(in.object.ns)), name};
  const sdk::Ref wanted{"AuthConfig", place.ns, place.name};
  const auto found = out.lookup(wanted);
  if (!found) {
    const std::string text = place.ns + "/" + place.name;
    out.error({"/configRef", "AuthConfigNotFound", "AuthConfig " + text + " is not there, or was never good", text, "",
               wanted});
    return {};
  }
  const Json spec = sdk::parse_json(*found).value("spec", Json::object());
  check_chain(spec, "/configRef", out);
  if (out.failed()) return {};
  std::vector<std::string> used;
  int step = 0;
  const Json configs = asked_configs(spec);
  for (size_t i = 0; i < configs.size(); ++i) {
    if (const Json* pass = sdk::find(configs[i], "passThroughAuth"))
      used.push_back(ask_server(place, *pass, i, step++, out));
    if (const Json* basic = sdk::find(configs[i], "basicAuth")) {
      use_passwords(*basic, "/configRef", out);
      used.emplace_back(kBasicAuth);
    }
    if (configs[i].contains("jwt") && std::find(used.begin(), used.end(), kToken) == used.end()) {
      want_token(out);
      used.emplace_back(kToken);
    }
  }
  return used;
}

void derive_upstreams(const sdk::SourceInput& in, sdk::Out& out) {
  const Json spec = sdk::parse_json(in.json).value("spec", Json::object());
  check_chain(spec, "/spec", out);
  if (out.failed()) return;
  const Json configs = asked_configs(spec);
  for (size_t i = 0; i < configs.size(); ++i) {
    const Json* pass = sdk::find(configs[i], "passThroughAuth");
    if (pass != nullptr) out.object(server_upstream(*pass, std::string(in.ref.ns), std::string(in.ref.name), i).dump());
  }
}

}  // namespace solder::plugins::ext_auth

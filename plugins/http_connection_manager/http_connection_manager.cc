// httpConnectionManagerSettings, headerValidationSettings and leftmostXffAddress of a gateway, tracing of a route.
// Source: Gloo's options/hcm and options/tracing; Envoy HttpConnectionManager. Tested by
// plugins/http_connection_manager/testdata and tests/e2e/listener_test.py.
#include <algorithm>
#include <array>
#include <set>

#include "parts.h"

namespace solder::plugins::http_connection_manager {

using sdk::Json;

namespace {

constexpr std::array kSame = {"skipXffAppend",
                              "via",
                              "xffNumTrustedHops",
                              "useRemoteAddress",
                              "appendXForwardedPort",
                              "generateRequestId",
                              "proxy100Continue",
                              "streamIdleTimeout",
                              "maxRequestHeadersKb",
                              "requestTimeout",
                              "requestHeadersTimeout",
                              "drainTimeout",
                              "delayedCloseTimeout",
                              "serverName",
                              "preserveExternalRequestId",
                              "serverHeaderTransformation",
                              "pathWithEscapedSlashesAction",
                              "codecType",
                              "mergeSlashes",
                              "normalizePath",
                              "forwardClientCertDetails",
                              "internalAddressConfig"};

// WebSocket is on where the settings say nothing of it.
Json upgrades(const Json& list, sdk::Out& out) {
  Json configs = Json::array();
  std::set<std::string> seen;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string field = "/upgrades/" + std::to_string(i);
    const bool websocket = list[i].contains("websocket");
    if (!websocket && !list[i].contains("connect")) {
      out.error({field, "MissingField", "an upgrade must name its protocol", "", "websocket or connect"});
      continue;
    }
    const std::string type = websocket ? "websocket" : "CONNECT";
    if (!seen.insert(type).second) {
      out.error({field, "DuplicateValue", "the protocol stands twice", type, "once"});
    }
    Json config{{"upgradeType", type}};
    const Json& options = list[i][websocket ? "websocket" : "connect"];
    if (const Json* enabled = sdk::find(options, "enabled")) config["enabled"] = *enabled;
    configs.push_back(std::move(config));
  }
  if (seen.count("websocket") == 0) configs.push_back({{"upgradeType", "websocket"}});
  return configs;
}

void add_certificate_details(const Json& settings, Json& manager) {
  const std::string mode = sdk::get_string(settings, "forwardClientCertDetails");
  const Json* details = sdk::find(settings, "setCurrentClientCertDetails");
  if (details == nullptr || (mode != "APPEND_FORWARD" && mode != "SANITIZE_SET")) return;
  manager["setCurrentClientCertDetails"] = *details;
}

void add_request_id(const Json& settings, Json& manager) {
  const Json* config = sdk::find(settings, "uuidRequestIdConfig");
  if (config == nullptr) return;
  Json typed = *config;
  typed["@type"] = "type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig";
  manager["requestIdExtension"] = {{"typedConfig", std::move(typed)}};
}

Json manager_of(const Json& settings, const std::string& service, sdk::Out& out) {
  Json manager = Json::object();
  for (const char* name : kSame) {
    if (const Json* value = sdk::find(settings, name)) manager[name] = *value;
  }
  if (sdk::get_bool(settings, "stripAnyHostPort").value_or(false)) manager["stripAnyHostPort"] = true;
  add_protocol_options(settings, manager);
  add_certificate_details(settings, manager);
  add_request_id(settings, manager);
  if (const Json* list = sdk::find(settings, "upgrades")) manager["upgradeConfigs"] = upgrades(*list, out);
  if (const Json* tracing = sdk::find(settings, "tracing")) {
    Json part = listener_tracing(*tracing, service, out);
    if (!part.is_null()) manager["tracing"] = std::move(part);
  }
  return manager;
}

constexpr const char* kFirstAddress = "x-solder-first-forwarded-address";

Json remove_header() { return {{"remove", kFirstAddress}}; }

// Before anything else looks at the request, the first address of x-forwarded-for goes into a header of its own, which
// Envoy's detection of the client's address reads and a filter takes away again. What the client wrote there counts
// never. Envoy's detection by x-forwarded-for itself counts hops from the right, and finds none where all are trusted.
void first_forwarded_address(const sdk::OptionInput& in, sdk::Out& out) {
  const Json options = sdk::parse_json(in.options_json);
  const Json* settings = sdk::find(options, "httpConnectionManagerSettings");
  if (settings != nullptr && sdk::get_bool(*settings, "useRemoteAddress").value_or(false)) {
    return out.error({"", "OneofConflict", "useRemoteAddress takes the peer's address, this one from a header",
                      "leftmostXffAddress beside useRemoteAddress", "one of them"});
  }
  const char* first = R"(%CEL(re.capture(request.headers["x-forwarded-for"], "[[:space:]]*([^,[:space:]]+).*"))%)";
  const Json append{
      {"append",
       {{"header", {{"key", kFirstAddress}, {"value", first}}}, {"appendAction", "OVERWRITE_IF_EXISTS_OR_ADD"}}}};
  const Json mutation{
      {"@type", "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"},
      {"mutations", {remove_header(), append}}};
  const Json detection{
      {"@type", "type.googleapis.com/envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig"},
      {"headerName", kFirstAddress}};
  const auto extension = [](const char* name, const Json& config) {
    return Json::array({Json{{"name", name}, {"typedConfig", config}}});
  };
  out.fragment_json(
      "hcm",
      Json{{"earlyHeaderMutationExtensions", extension("envoy.http.early_header_mutation.header_mutation", mutation)},
           {"originalIpDetectionExtensions", extension("envoy.http.original_ip_detection.custom_header", detection)}}
          .dump());
  out.filter_json("fault", "envoy.filters.http.header_mutation.first_forwarded_address",
                  "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
                  Json{{"mutations", {{"requestMutations", Json::array({remove_header()})}}}}.dump(), -2);
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    if (in.scope == SOLDER_SCOPE_ROUTE) {
      out.fragment_json("route", route_tracing(value).dump());
      return;
    }
    if (in.key == "leftmostXffAddress") {
      if (value == true) first_forwarded_address(in, out);
      return;
    }
    if (in.key == "headerValidationSettings") {
      if (value.contains("disableHttp1MethodValidation"))
        out.fragment_json("hcm", R"({"httpProtocolOptions": {"allowCustomMethods": true}})");
      return;
    }
    const Json manager = manager_of(value, std::string(in.object.name), out);
    if (out.failed()) return;
    if (manager.contains("upgradeConfigs")) out.clear("hcm", {"upgrade_configs"}, "/upgrades");
    out.fragment_json("hcm", manager.dump());
  }
};

}  // namespace solder::plugins::http_connection_manager

SOLDER_PLUGIN(solder::plugins::http_connection_manager::Plugin, "http_connection_manager", "1.0.0")

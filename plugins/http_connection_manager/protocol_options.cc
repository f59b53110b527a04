#include "parts.h"

namespace solder::plugins::http_connection_manager {

using sdk::Json;

namespace {

void copy(const Json& from, const char* name, Json& into) {
  if (const Json* value = sdk::find(from, name)) into[name] = *value;
}

bool is_true(const Json& settings, const char* name) { return sdk::get_bool(settings, name).value_or(false); }

Json http1(const Json& settings) {
  Json options = Json::object();
  if (is_true(settings, "acceptHttp10")) {
    options["acceptHttp10"] = true;
    const std::string host = sdk::get_string(settings, "defaultHostForHttp10");
    if (!host.empty()) options["defaultHostForHttp10"] = host;
  }
  for (const char* flag : {"allowChunkedLength", "enableTrailers"}) {
    if (is_true(settings, flag)) options[flag] = true;
  }
  if (is_true(settings, "properCaseHeaderKeyFormat")) {
    options["headerKeyFormat"] = {{"properCaseWords", Json::object()}};
  } else if (is_true(settings, "preserveCaseHeaderKeyFormat")) {
    options["headerKeyFormat"] = {
        {"statefulFormatter",
         {{"name", "envoy.http.stateful_header_formatters.preserve_case"},
          {"typedConfig",
           {{"@type",
             "type.googleapis.com/"
             "envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig"}}}}}};
  }
  return options;
}

}  // namespace

void add_protocol_options(const Json& settings, Json& manager) {
  Json common = Json::object();
  for (const char* name :
       {"idleTimeout", "maxConnectionDuration", "maxStreamDuration", "maxHeadersCount", "maxRequestsPerConnection"}) {
    copy(settings, name, common);
  }
  const std::string underscores = sdk::get_string(settings, "headersWithUnderscoresAction");
  if (underscores == "DROP_HEADER") common["headersWithUnderscoresAction"] = "DROP_HEADER";
  if (underscores == "REJECT_CLIENT_REQUEST") common["headersWithUnderscoresAction"] = "REJECT_REQUEST";
  if (!common.empty()) manager["commonHttpProtocolOptions"] = std::move(common);
  if (Json options = http1(settings); !options.empty()) manager["httpProtocolOptions"] = std::move(options);
  copy(settings, "http2ProtocolOptions", manager);
}

}  // namespace solder::plugins::http_connection_manager

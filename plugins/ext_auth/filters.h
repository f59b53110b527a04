// The filters that this plugin brings, by name and in their order. All stand disabled until a virtual host, a route or
// a weighted destination names one; one that names some switches the others off, so that the nearest option alone
// counts. Hence the names are few and known: what an AuthConfig says stands in the option's part, not in the filter.
#pragma once

#include <string>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::ext_auth {

inline constexpr const char* kStage = "authn";
inline constexpr const char* kServer = "envoy.filters.http.ext_authz";
inline constexpr const char* kServerType = "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz";
inline constexpr const char* kServerOptionType =
    "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute";
inline constexpr const char* kBasicAuth = "envoy.filters.http.basic_auth";
inline constexpr const char* kBasicAuthType =
    "type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3.BasicAuth";
inline constexpr const char* kBasicAuthOptionType =
    "type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute";
inline constexpr const char* kToken = "envoy.filters.http.rbac.auth_config";
inline constexpr const char* kTokenType = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC";
inline constexpr const char* kTokenOptionType =
    "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute";
// Where the plugin jwt leaves the claims of a token that is right.
inline constexpr const char* kJwtMetadata = "envoy.filters.http.jwt_authn";
inline constexpr const char* kJwtClaims = "principal";
inline constexpr const char* kFilterConfigType = "type.googleapis.com/envoy.config.route.v3.FilterConfig";

// Weights within the stage. What counts requests before authentication has 0, the plugin jwt 1 before and 20 after.
enum Weight {
  kSanitizing = 1,
  kFallback = 2,
  kOfSettings = 3,
  kOfGateway = 4,
  kBasic = 5,
  kFirstConfig = 6,  // 6, 7, 8: what a virtual host, a route and a weighted destination pass on to the first server
  kFirstStep = 9,
  kStepDistance = 4,
  kTokenWasRight = 21,  // behind both places of the plugin jwt
};

// How many servers one AuthConfig may ask, one after the other.
inline constexpr int kMostSteps = 2;

inline std::string named_server(const std::string& name) {
  return name.empty() ? kServer : kServer + (".named." + name);
}
// The filter decides whether a server that may fail lets requests pass, and by the protocol which headers are told.
struct Kind {
  bool http = false;
  bool open = false;
};
inline constexpr Kind kKinds[] = {{false, false}, {false, true}, {true, false}, {true, true}};
inline std::string step_server(int step, Kind kind) {
  return kServer + (".auth_config." + std::to_string(step + 1)) + (kind.http ? ".http" : "") +
         (kind.open ? ".open" : "");
}

// ExtAuthz that asks a service which is never there, so that a request is denied where nothing more is known.
sdk::Json ask_nobody(bool http);

}  // namespace solder::plugins::ext_auth

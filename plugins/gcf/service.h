// What an upstream of the type gcp stands for: a host, whom tokens for it are for, and its functions. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::gcf {

struct Service {
  std::string host;      // as it stands in requests
  sdk::WebEndpoint at;   // where it is reached
  std::string audience;  // of the host itself
};

// Reports what is missing or wrong where `out` is not null.
std::optional<Service> service_of(const sdk::Json& upstream, sdk::Out* out);

struct Function {
  std::string name, path, audience;
  std::string token;  // the name of its token's SDS secret
  std::string host;   // empty: the service's
};

// In order; of two with one name the first. `out` may be null.
std::vector<Function> functions_of(const sdk::Json& upstream, const Service& service, std::string_view cluster,
                                   sdk::Out* out);

// The one that is called where nothing names one; null: none is named, or it is not there.
const Function* standard_function(const sdk::Json& upstream, const std::vector<Function>& functions, sdk::Out* out);

// "…/id-token" of the host, "…/id-token/NAME" of a function.
std::string token_name(std::string_view cluster, std::string_view function);

// Who is asked for functions: "http://HOST" or "https://HOST", perhaps with a port; empty: Google; nothing:
// gcpOptions.api is no address, which is reported where `out` is not null.
std::optional<std::string> api_of(const sdk::Json& upstream, sdk::Out* out);

// Whether Envoy takes tokens itself.
bool by_envoy(const sdk::Json& upstream);

}  // namespace solder::plugins::gcf

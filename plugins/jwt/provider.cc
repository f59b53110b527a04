#include "provider.h"

#include "keys.h"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/cluster_name.hpp"

namespace solder::plugins::jwt {

using sdk::Json;

namespace {

constexpr const char* kClaims = "principal";          // where rate limits and the option rbac find a token's claims
constexpr const char* kProviderPrefix = "provider.";  // by whom it was checked: the option rbac asks for it
constexpr const char* kFetchTimeout = "5s";
constexpr const char* kCacheDuration = "300s";

Json remote(const Json& value, const std::string& field, sdk::Out& out) {
  const Json ref = value.value("upstreamRef", Json::object());
  const std::string name = sdk::get_string(ref, "name"), ns = sdk::get_string(ref, "namespace");
  const std::string url = sdk::get_string(value, "url");
  if (name.empty())
    out.error({field + "/upstreamRef", "MissingField", "keys come from an upstream", "",
               "name and namespace of an Upstream"});
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    out.error({field + "/url", "InvalidUrl", "this is no URL, of which the host and the path are asked for", url,
               "https://login.example.com/keys"});
  const sdk::Ref upstream{"Upstream", ns, name};
  if (!name.empty() && !out.lookup(upstream)) {
    out.warning({field + "/upstreamRef", "UpstreamNotFound",
                 "Upstream " + ns + "/" + name + " is not there; no token is right until it comes", ns + "/" + name, "",
                 upstream});
  }
  const auto kept = sdk::checked_duration(value, "cacheDuration", sdk::Least::kAboveZero, field, out);
  Json keys{{"httpUri", {{"uri", url}, {"cluster", sdk::cluster_name(upstream)}, {"timeout", kFetchTimeout}}},
            {"cacheDuration", kept ? sdk::get_string(value, "cacheDuration") : kCacheDuration}};
  if (const Json* async = sdk::find(value, "asyncFetch"))
    keys["asyncFetch"] = {{"fastListener", sdk::get_bool(*async, "fastListener").value_or(false)}};
  return keys;
}

void add_keys(const Json& value, const std::string& field, Json& config, sdk::Out& out) {
  const Json jwks = value.value("jwks", Json::object());
  if (const Json* from = sdk::find(jwks, "remote")) {
    config["remoteJwks"] = remote(*from, field + "/jwks/remote", out);
  } else if (const Json* local = sdk::find(jwks, "local")) {
    const KeySet keys = read_keys(sdk::get_string(*local, "key"));
    if (!keys.problem.empty()) {
      out.error({field + "/jwks/local/key", "InvalidKey", keys.problem, "",
                 "a public key or certificate in PEM, a JSON Web Key, or a set of them"});
    }
    config["localJwks"] = {{"inlineString", keys.keys.dump()}};
  } else {
    out.error({field + "/jwks", "MissingField", "a provider needs keys", "", "remote or local"});
  }
}

void add_source(const Json& value, Json& config) {
  const Json source = value.value("tokenSource", Json::object());
  const Json headers = source.value("headers", Json::array());
  for (const Json& header : headers)
    config["fromHeaders"].push_back(
        {{"name", sdk::get_string(header, "header")}, {"valuePrefix", sdk::get_string(header, "prefix")}});
  if (const Json* parameters = sdk::find(source, "queryParams")) config["fromParams"] = *parameters;
}

void add_claims(const Json& value, const std::string& field, Json& config, sdk::Out& out) {
  const Json claims = value.value("claimsToHeaders", Json::array());
  for (size_t i = 0; i < claims.size(); ++i) {
    const std::string claim = sdk::get_string(claims[i], "claim");
    Json header{{"headerName", sdk::get_string(claims[i], "header")}};
    // Envoy takes a dot in a name for a step into the claim; a path is taken by the letter.
    if (claim.find('.') == std::string::npos)
      header["claimName"] = claim;
    else
      header["claimPath"] = Json::array({{{"key", claim}}});
    config["claimToHeaders"].push_back(std::move(header));
    if (sdk::get_bool(claims[i], "append").value_or(false)) {
      out.warning({field + "/claimsToHeaders/" + std::to_string(i) + "/append", "NotServed",
                   "Envoy removes what a client sent in a header for claims; nothing is appended to it", "true",
                   "false"});
    }
  }
}

}  // namespace

Json provider(const Json& value, const std::string& name, const std::string& field, sdk::Out& out) {
  Json config{{"payloadInMetadata", kClaims}, {"headerInMetadata", kProviderPrefix + name}};
  if (const std::string issuer = sdk::get_string(value, "issuer"); !issuer.empty()) config["issuer"] = issuer;
  if (const Json* audiences = sdk::find(value, "audiences")) config["audiences"] = *audiences;
  if (sdk::get_bool(value, "keepToken").value_or(false)) config["forward"] = true;
  if (const auto skew = sdk::get_uint(value, "clockSkewSeconds")) config["clockSkewSeconds"] = *skew;
  add_keys(value, field, config, out);
  add_source(value, config);
  add_claims(value, field, config, out);
  return config;
}

}  // namespace solder::plugins::jwt

// caching: Gloo Enterprise asks a caching server of its own; here Envoy's cache filter keeps answers in its memory.
// Both follow HTTP's rules of what may be kept. Envoy's fetches what it lacks by a client of its own, past the rest of
// the filters and past what the route says of requests and answers, which the report warns of. Source: Gloo's
// options/caching; Envoy CacheConfig, SimpleHttpCacheConfig. Tested by plugins/caching/testdata and
// tests/e2e/http_options_test.py.
#include <re2/re2.h>

#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::caching {

using sdk::Json;

namespace {

constexpr int32_t kLast = 100;

// Envoy's StringMatcher, or null where it is faulty.
Json matcher(const Json& value, const std::string& at, sdk::Out& out) {
  Json result = value;
  if (const Json* expression = sdk::find(value, "safeRegex")) {
    const std::string regex = sdk::get_string(*expression, "regex");
    if (const re2::RE2 compiled(regex, re2::RE2::Quiet); regex.empty() || !compiled.ok()) {
      const std::string place = at + "/safeRegex/regex";
      out.error({place, "InvalidRegex", "the regular expression does not compile", regex, "RE2 syntax"});
    }
    result["safeRegex"] = {{"regex", regex}};
  } else if (!value.contains("exact") && !value.contains("prefix") && !value.contains("suffix")) {
    out.error({at, "MissingField", "a matcher must say what it matches", "", "exact, prefix, suffix or safeRegex"});
  }
  return result;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    Json config{
        {"typedConfig",
         {{"@type", "type.googleapis.com/envoy.extensions.http.cache.simple_http_cache.v3.SimpleHttpCacheConfig"}}}};
    if (const Json* list = sdk::find(value, "allowedVaryHeaders")) {
      Json& matchers = config["allowedVaryHeaders"] = Json::array();
      for (size_t i = 0; i < list->size(); ++i)
        matchers.push_back(matcher((*list)[i], "/allowedVaryHeaders/" + std::to_string(i), out));
    }
    if (const auto most = sdk::get_uint(value, "maxPayloadSize")) config["maxBodyBytes"] = *most;
    if (out.failed()) return;
    out.info({value.contains("cachingServiceRef") ? "/cachingServiceRef" : "", "CacheInMemory",
              "answers are kept in the memory of each Envoy; no caching server is asked"});
    out.warning({"", "RouteOptionsBypassed",
                 "Envoy's cache asks upstreams by itself: rewrites, headers, retries and timeouts of routes do not "
                 "apply to GET and HEAD requests of this listener",
                 "", "a gateway of its own for routes without such options"});
    // Behind all others: what comes after it is not asked for what the cache fetches.
    out.filter_json("route", "envoy.filters.http.cache",
                    "type.googleapis.com/envoy.extensions.filters.http.cache.v3.CacheConfig", config.dump(), kLast);
  }
};

}  // namespace solder::plugins::caching

SOLDER_PLUGIN(solder::plugins::caching::Plugin, "caching", "1.0.0")

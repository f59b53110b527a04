// events: a route's requests as events for any number of upstreams. A Lua filter, disabled but on such routes, hands
// each of them a copy and goes on. Solder's own option; Gloo has none. Tested by plugins/events/testdata and
// tests/e2e/events_test.py.
#include <algorithm>
#include <cstdint>

#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/cluster_name.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::events {

namespace lua = envoy::extensions::filters::http::lua::v3;
using sdk::Json;
using sdk::Message;

namespace {

#include "scripts.inc"

constexpr std::string_view kFilter = "solder.events";
constexpr std::string_view kUrl = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.";
constexpr double kTimeout = 15000;  // milliseconds

std::string url(std::string_view type) { return std::string(kUrl) + std::string(type); }

double milliseconds_of(const Json& value) {
  const std::string text = sdk::get_string(value, "timeout");
  const auto duration = sdk::parse_duration(text);
  if (text.empty() || !duration) return kTimeout;
  return std::max(1.0, static_cast<double>(duration->seconds) * 1e3 + duration->nanos / 1e6);
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    const Json* upstreams = sdk::find(value, "upstreams");
    if (upstreams == nullptr || upstreams->empty()) {
      return out.error({"/upstreams", "MissingField", "an event goes somewhere, and nowhere is named", "",
                        "name and namespace of an Upstream, once or more often"});
    }
    Json clusters = Json::array();
    for (size_t i = 0; i < upstreams->size(); ++i) {
      const std::string at = "/upstreams/" + std::to_string(i);
      const std::string name = sdk::get_string((*upstreams)[i], "name"),
                        ns = sdk::get_string((*upstreams)[i], "namespace");
      const sdk::Ref target{"Upstream", ns, name};
      if (!out.lookup(target)) {
        const std::string message =
            "Upstream " + sdk::to_string(target) +
            " is not there; nothing of this route is handed on until it comes, and requests are "
            "answered 503";
        out.warning({at, "UpstreamNotFound", message, sdk::to_string(target), "", target});
      }
      clusters.push_back(sdk::cluster_name(target));
    }
    const Json context{{"clusters", clusters}, {"timeout", milliseconds_of(value)}};
    out.filter(
        {.stage = "out_auth",
         .name = kFilter,
         .type_url = url("Lua"),
         .json =
             Json{{"defaultSourceCode", {{"inlineString", std::string(k_idempotency_key).append(k_events)}}}}.dump(),
         .weight = 1,
         .flags = SOLDER_FILTER_DISABLED});
    out.per_filter(kFilter, url("LuaPerRoute"),
                   Message().add_message(lua::LuaPerRoute::kFilterContext, sdk::to_struct(context)));
  }
};

}  // namespace solder::plugins::events

SOLDER_PLUGIN(solder::plugins::events::Plugin, "events", "1.0.0")

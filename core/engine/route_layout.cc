#include "core/engine/route_layout.h"

#include "core/engine/host_run.h"

#include <protozero/pbf_reader.hpp>

#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;

namespace {

constexpr std::string_view kFilterConfig = "envoy.config.route.v3.FilterConfig";

bool action_is_chosen_first(protozero::pbf_reader action) {
  while (action.next()) {
    switch (action.tag()) {
      case route::RouteAction::kUpgradeConfigs:
      case route::RouteAction::kInternalRedirectPolicy:
      case route::RouteAction::kInternalRedirectAction:
      case route::RouteAction::kMaxInternalRedirects:
        return true;
      default:
        action.skip();
    }
  }
  return false;
}

// The layout by what its runs of hosts hold. Scopes take apart what has domains without wildcard; the rest stays
// together and costs what it costs in Gloo's layout.
bool wants_scopes(Translation& t, Reader& reader, const GatewayPartKey& key, const PlannedPart& part) {
  size_t hosts = 0;
  size_t routes = 0;
  for (const auto& planned : part.runs) {
    const auto& run = read_host_run(t, reader, key, planned);
    if (run->chosen_first) return false;
    hosts += run->exact_hosts;
    routes += run->exact_routes;
  }
  return hosts > 1 && routes > t.scoped_above;
}

}  // namespace

bool chosen_before_filters(std::string_view bytes) {
  if (names_filter_config(bytes)) return true;
  protozero::pbf_reader reader(bytes.data(), bytes.size());
  while (reader.next()) {
    switch (reader.tag()) {
      case route::Route::kTracing:
      case route::Route::kDecorator:
        return true;
      case route::Route::kRoute:
        if (action_is_chosen_first(reader.get_message())) return true;
        break;
      default:
        reader.skip();
    }
  }
  return false;
}

bool names_filter_config(std::string_view bytes) { return bytes.find(kFilterConfig) != std::string_view::npos; }

std::shared_ptr<const RouteLayoutResult> build_route_layout(Translation& t, Reader& reader, const GatewayPartKey& key) {
  auto result = std::make_shared<RouteLayoutResult>();
  if (t.scoped_above == kNeverScoped) return result;
  const auto plan = t.plans.read(reader, key.gateway);
  if (!plan->serving || key.part >= plan->parts.size()) return result;
  result->scoped = wants_scopes(t, reader, key, plan->parts[key.part]);
  result->hash = result->scoped ? 1 : 0;
  return result;
}

}  // namespace solder::engine

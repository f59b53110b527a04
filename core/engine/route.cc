#include "core/engine/route.h"

#include <protozero/pbf_writer.hpp>
#include <variant>

#include "core/base/hash.h"
#include "core/engine/route_action.h"
#include "core/engine/route_parts.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;
namespace core = solder::envoy::config::core::v3;

namespace {

class RouteBuilder {
 public:
  RouteBuilder(Translation& t, Reader& reader, const model::VirtualService& service, const std::string& host,
               const std::string& gateway, ProvenanceList* provenance)
      : t_(t),
        reader_(reader),
        service_(service),
        host_(host),
        gateway_(gateway),
        provenance_(provenance),
        policy_(t.settings.read(reader, 0)->settings.invalid_config_policy) {}

  void build(size_t index, RouteParts& parts, RouteList& list) {
    const model::Route& route = service_.routes[index];
    model::Diagnostics problems;
    ProvenanceList origins;
    ProvenanceList* const wanted = provenance_ == nullptr ? nullptr : &origins;
    Slots slots(t_, problems, wanted);
    gather(parts, slots, problems);
    if (!route.name.empty()) list.named = true;
    std::string rest = body(route, parts, slots, problems, wanted);
    std::vector<std::string> matches;
    for (const auto& matcher : route.matchers) matches.push_back(route_match(matcher, service_.ref, problems));
    check_routes(route, matches, rest, problems);
    auto resources = slots.resources();
    auto filters = slots.filters("http_filter/");
    const bool bad = finish_problems(route, problems, list);
    if (bad && !policy_.replace_invalid_routes) return;
    if (bad || (policy_.replace_invalid_routes && leads_nowhere(route, list))) {
      rest.clear();
      origins.clear();
      protozero::pbf_writer(rest).add_message(route::Route::kDirectResponse,
                                              direct_response(policy_.response_code, policy_.response_body));
    } else {
      std::move(filters.begin(), filters.end(), std::back_inserter(list.filters));
      std::move(resources.begin(), resources.end(), std::back_inserter(list.resources));
    }
    for (size_t m = 0; m < matches.size(); ++m) append(index, m, matches[m], rest, origins);
  }

  std::string take_bytes() { return std::move(bytes_); }

 private:
  // The outputs' fragments into slots. Those of weighted destinations fill slots of their own cluster entry, except
  // filters.
  static void gather(RouteParts& parts, Slots& slots, model::Diagnostics& problems) {
    for (auto& output : parts.options) {
      slots.add(output.fragments);
      std::move(output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(problems));
    }
    const bool single = parts.destinations.size() == 1;
    for (auto& destination : parts.destinations) {
      std::vector<host::ItemOutput*> outputs{&destination.destination};
      for (auto& option : destination.options) outputs.push_back(&option);
      for (host::ItemOutput* output : outputs) {
        std::move(output->diagnostics.begin(), output->diagnostics.end(), std::back_inserter(problems));
        std::vector<Fragment> shared;
        for (const Fragment& fragment : output->fragments) {
          const bool filter = fragment.slot.starts_with("http_filter/") || fragment.slot.starts_with("resource/");
          if (filter || single) shared.push_back(fragment);
        }
        slots.add(shared);
      }
    }
  }

  // The route without its name and match: action, typed_per_filter_config, metadata and what plugins set on Route
  // itself.
  std::string body(const model::Route& route, RouteParts& parts, Slots& slots, model::Diagnostics& problems,
                   ProvenanceList* provenance) {
    std::string base;
    protozero::pbf_writer writer(base);
    if (const auto* action = forwarding(route)) {
      ProvenanceList weighted;
      std::string forward = forward_action(t_, reader_, *action, parts.destinations, service_.ref, problems,
                                           provenance == nullptr ? nullptr : &weighted);
      append_not_found_code(forward);
      writer.add_message(route::Route::kRoute, slots.merged("route_action", kRouteAction, forward, "route"));
      if (provenance != nullptr) refine(*provenance, weighted);
    } else if (const auto* redirect = std::get_if<model::RedirectAction>(&route.action)) {
      writer.add_message(route::Route::kRedirect,
                         slots.merged("redirect_action", kRedirectAction,
                                      redirect_action(*redirect, service_.ref, problems), "redirect"));
    } else if (const auto* direct = std::get_if<model::DirectResponseAction>(&route.action)) {
      check_status(*direct, problems);
      writer.add_message(route::Route::kDirectResponse, direct_response(direct->status, direct->body));
    }
    ProvenanceList of_action;
    if (provenance != nullptr) of_action.swap(*provenance);
    std::string merged = slots.merged("route", kRoute, base, "");
    if (provenance != nullptr) refine(*provenance, of_action);
    merged += merged_per_filter(slots, route::Route::kTypedPerFilterConfig, "");
    if (const std::string metadata = merged_metadata(slots, "metadata"); !metadata.empty()) {
      protozero::pbf_writer(merged).add_message(route::Route::kMetadata, metadata);
    }
    return merged;
  }

  // Where invalid routes are replaced, the share of a multi destination that has no upstream answers the policy's code
  // too, as far as Envoy has it: 503 is its default.
  void append_not_found_code(std::string& forward) const {
    if (!policy_.replace_invalid_routes) return;
    constexpr int32_t kNotFound = 1;
    constexpr int32_t kInternalServerError = 2;
    protozero::pbf_writer writer(forward);
    if (policy_.response_code == 404) {
      writer.add_enum(route::RouteAction::kClusterNotFoundResponseCode, kNotFound);
    } else if (policy_.response_code == 500) {
      writer.add_enum(route::RouteAction::kClusterNotFoundResponseCode, kInternalServerError);
    }
  }

  // What Envoy would refuse is found here, so that it costs this route and not the whole route configuration.
  void check_routes(const model::Route& route, const std::vector<std::string>& matches, const std::string& rest,
                    model::Diagnostics& problems) const {
    for (const auto& problem : problems) {
      if (problem.severity == model::Severity::kError) return;
    }
    for (size_t m = 0; m < matches.size(); ++m) {
      std::string one;
      protozero::pbf_writer(one).add_message(route::Route::kMatch, matches[m]);
      one += rest;
      const auto status = t_.types.check(*t_.types.find(kRoute), one);
      if (status.ok()) continue;
      problems.push_back({.reason = "InvalidRoute",
                          .object = service_.ref,
                          .field = route.path,
                          .message = "Envoy would refuse the route: " + status.message()});
      return;
    }
  }

  void check_status(const model::DirectResponseAction& direct, model::Diagnostics& problems) const {
    if (direct.status >= 200 && direct.status < 600) return;
    problems.push_back({.reason = "InvalidValue",
                        .object = service_.ref,
                        .field = direct.path + "/status",
                        .message = "Envoy answers a direct response with a status from 200 to 599",
                        .found = std::to_string(direct.status),
                        .expected = "200 to 599"});
  }

  // Moves the problems to the list; gives whether the route cannot be used. A route's fault makes its VirtualService a
  // Warning, as in Gloo: the rest of it serves on.
  bool finish_problems(const model::Route& route, model::Diagnostics& problems, RouteList& list) const {
    bool bad = false;
    for (auto& problem : problems) {
      if (problem.severity != model::Severity::kError) continue;
      bad = true;
      problem.severity = model::Severity::kWarning;
    }
    std::move(problems.begin(), problems.end(), std::back_inserter(list.diagnostics));
    if (bad) {
      list.diagnostics.push_back(
          {.severity = model::Severity::kWarning,
           .reason = policy_.replace_invalid_routes ? "RouteReplaced" : "RouteLeftOut",
           .object = service_.ref,
           .field = route.path,
           .message = policy_.replace_invalid_routes
                          ? "this route is invalid and answers " + std::to_string(policy_.response_code) + " instead"
                          : "this route is invalid and is left out"});
    }
    return bad;
  }

  // Whether none of the upstreams of a forwarding route is there. Envoy answers 503 for a part of them by itself.
  bool leads_nowhere(const model::Route& route, RouteList& list) const {
    const auto* action = forwarding(route);
    if (action == nullptr || action->destinations.empty()) return false;
    for (const auto& destination : action->destinations) {
      if (t_.destinations.read(reader_, upstream_of(destination.destination))->present) return false;
    }
    list.diagnostics.push_back({.severity = model::Severity::kWarning,
                                .reason = "RouteReplaced",
                                .object = service_.ref,
                                .field = route.path,
                                .message = "none of this route's upstreams is there; it answers " +
                                           std::to_string(policy_.response_code) + " instead"});
    return true;
  }

  std::string name(const model::Route& route, size_t index, size_t matcher) const {
    std::string name = host_ + "-route-" + std::to_string(index);
    if (!route.name.empty()) {
      name += "-vs:" + gateway_ + "_" + service_.ref.ns + "_" + service_.ref.name + "_route:" + route.name;
    }
    return name + "-matcher-" + std::to_string(matcher);
  }

  void append(size_t index, size_t matcher, const std::string& match, const std::string& rest,
              const ProvenanceList& origins) {
    std::string one;
    protozero::pbf_writer writer(one);
    writer.add_message(route::Route::kMatch, match);
    one += rest;
    protozero::pbf_writer(one).add_string(route::Route::kName, name(service_.routes[index], index, matcher));
    protozero::pbf_writer(bytes_).add_message(route::VirtualHost::kRoutes, one);
    for (const auto& [field, origin] : origins) {
      provenance_->emplace_back("routes[" + std::to_string(written_) + "]." + field, origin);
    }
    ++written_;
  }

  Translation& t_;
  Reader& reader_;
  const model::VirtualService& service_;
  const std::string& host_;
  const std::string& gateway_;
  ProvenanceList* provenance_;
  const model::InvalidConfigPolicy policy_;
  std::string bytes_;
  size_t written_ = 0;  // routes in bytes_
};

// Faults of Gloo's that refuse the whole virtual service.
bool refuse(const model::VirtualService& service, RouteList& list) {
  for (const auto& route : service.routes) {
    if (std::holds_alternative<std::monostate>(route.action)) {
      list.diagnostics.push_back({.reason = "MissingField",
                                  .object = service.ref,
                                  .field = route.path,
                                  .message = "a route must say what it does",
                                  .expected = "routeAction, redirectAction, directResponseAction or delegateAction"});
      list.refused = true;
    } else if (std::holds_alternative<model::DelegateAction>(route.action)) {
      for (const auto& matcher : route.matchers) {
        if (matcher.kind == model::Matcher::Path::kPrefix) continue;
        list.diagnostics.push_back({.reason = "InvalidMatcher",
                                    .object = service.ref,
                                    .field = matcher.path,
                                    .message = "a route that delegates must match by prefix",
                                    .found = matcher.text,
                                    .expected = "prefix"});
        list.refused = true;
      }
    }
  }
  return list.refused;
}

}  // namespace

RouteList build_routes(Translation& t, Reader& reader, const model::VirtualService& service, const std::string& host,
                       const std::string& gateway, ProvenanceList* provenance) {
  RouteList list;
  if (refuse(service, list)) return list;
  std::vector<RouteParts> parts = call_route_plugins(t, reader, service);
  RouteBuilder builder(t, reader, service, host, gateway, provenance);
  for (size_t i = 0; i < service.routes.size(); ++i) {
    if (const auto* delegate = std::get_if<model::DelegateAction>(&service.routes[i].action)) {
      list.diagnostics.push_back(
          {.severity = model::Severity::kWarning,
           .reason = "RouteLeftOut",
           .object = service.ref,
           .field = delegate->path,
           .message = "RouteTable objects are not served by this version; the route is left out"});
      continue;
    }
    builder.build(i, parts[i], list);
  }
  list.bytes = base::Bytes(builder.take_bytes());
  list.hash = base::hash_bytes(list.bytes);
  return list;
}

}  // namespace solder::engine

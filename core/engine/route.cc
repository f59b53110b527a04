#include "core/engine/route.h"

#include <algorithm>
#include <protozero/pbf_writer.hpp>
#include <variant>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/route_action.h"
#include "core/engine/route_parts.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;
namespace core = solder::envoy::config::core::v3;

namespace {

constexpr size_t kMostProblems = 1000;  // of one virtual service's routes

class RouteBuilder {
 public:
  RouteBuilder(Translation& t, Reader& reader, const model::ObjectRef& owner, ProvenanceList* provenance)
      : t_(t),
        reader_(reader),
        owner_(owner),
        provenance_(provenance),
        policy_(t.settings.read(reader, 0)->settings.invalid_config_policy) {}

  // `problems` are those found so far.
  void build(const model::Route& route, RouteParts& parts, model::Diagnostics problems, RouteResult& result) {
    Slots slots(t_, problems, provenance_);
    gather(parts, slots, problems);
    result.name = route.name;
    result.rest = body(route, parts, slots, problems, provenance_);
    for (const auto& matcher : route.matchers) result.matches.push_back(route_match(matcher, owner_, problems));
    check_routes(route, result.matches, result.rest, problems);
    result.resources = slots.resources();
    result.filters = slots.filters("http_filter/");
    const bool bad = finish_problems(route, problems, result);
    if (bad || (policy_.replace_invalid_routes && leads_nowhere(route, result))) replace(result);
  }

 private:
  // By the policy, or by nothing.
  void replace(RouteResult& result) const {
    result.filters.clear();
    result.resources.clear();
    result.rest.clear();
    if (provenance_ != nullptr) provenance_->clear();
    if (policy_.replace_invalid_routes) {
      protozero::pbf_writer(result.rest)
          .add_message(route::Route::kDirectResponse, direct_response(policy_.response_code, policy_.response_body));
    } else {
      result.matches.clear();
    }
  }

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
      std::string forward = forward_action(t_, reader_, *action, parts.destinations, owner_, problems,
                                           provenance == nullptr ? nullptr : &weighted);
      append_not_found_code(forward);
      writer.add_message(route::Route::kRoute, slots.merged("route_action", kRouteAction, forward, "route"));
      if (provenance != nullptr) refine(*provenance, weighted);
    } else if (const auto* redirect = std::get_if<model::RedirectAction>(&route.action)) {
      writer.add_message(
          route::Route::kRedirect,
          slots.merged("redirect_action", kRedirectAction, redirect_action(*redirect, owner_, problems), "redirect"));
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
                          .object = owner_,
                          .field = route.path,
                          .message = "Envoy would refuse the route: " + status.message()});
      return;
    }
  }

  void check_status(const model::DirectResponseAction& direct, model::Diagnostics& problems) const {
    if (direct.status >= 200 && direct.status < 600) return;
    problems.push_back({.reason = "InvalidValue",
                        .object = owner_,
                        .field = direct.path + "/status",
                        .message = "Envoy answers a direct response with a status from 200 to 599",
                        .found = std::to_string(direct.status),
                        .expected = "200 to 599"});
  }

  // Moves the problems to the result; gives whether the route cannot be used. A route's fault makes its VirtualService
  // a Warning, as in Gloo: the rest of it serves on.
  bool finish_problems(const model::Route& route, model::Diagnostics& problems, RouteResult& result) const {
    bool bad = false;
    for (auto& problem : problems) {
      if (problem.severity != model::Severity::kError) continue;
      bad = true;
      problem.severity = model::Severity::kWarning;
    }
    std::move(problems.begin(), problems.end(), std::back_inserter(result.diagnostics));
    if (bad) {
      result.diagnostics.push_back(
          {.severity = model::Severity::kWarning,
           .reason = policy_.replace_invalid_routes ? "RouteReplaced" : "RouteLeftOut",
           .object = owner_,
           .field = route.path,
           .message = policy_.replace_invalid_routes
                          ? "this route is invalid and answers " + std::to_string(policy_.response_code) + " instead"
                          : "this route is invalid and is left out"});
    }
    return bad;
  }

  // Whether none of the upstreams of a forwarding route is there. Envoy answers 503 for a part of them by itself.
  bool leads_nowhere(const model::Route& route, RouteResult& result) const {
    const auto* action = forwarding(route);
    if (action == nullptr || action->destinations.empty()) return false;
    for (const auto& destination : action->destinations) {
      if (t_.destinations.read(reader_, upstream_of(destination.destination))->present) return false;
    }
    result.diagnostics.push_back({.severity = model::Severity::kWarning,
                                  .reason = "RouteReplaced",
                                  .object = owner_,
                                  .field = route.path,
                                  .message = "none of this route's upstreams is there; it answers " +
                                             std::to_string(policy_.response_code) + " instead"});
    return true;
  }

  Translation& t_;
  Reader& reader_;
  const model::ObjectRef& owner_;
  ProvenanceList* provenance_;
  const model::InvalidConfigPolicy policy_;
};

// A fault of Gloo's that refuses the whole virtual service.
bool refuse(const model::Route& route, const model::ObjectRef& owner, model::Diagnostics& diagnostics) {
  if (!std::holds_alternative<std::monostate>(route.action)) return false;
  diagnostics.push_back({.reason = "MissingField",
                         .object = owner,
                         .field = route.path,
                         .message = "a route must say what it does",
                         .expected = "routeAction, redirectAction, directResponseAction or delegateAction"});
  return true;
}

// A group's destinations in the place of the group. As in Gloo a route to a group that is not there cannot be used.
void fill_group(Translation& t, Reader& reader, const model::ObjectRef& owner, model::Route& route,
                model::Diagnostics& diagnostics) {
  auto* action = std::get_if<model::RouteAction>(&route.action);
  if (action == nullptr || !action->upstream_group) return;
  const auto& group = t.upstream_groups.read(reader, *action->upstream_group);
  if (!group->serving) {
    const std::string name = action->upstream_group->ns + "/" + action->upstream_group->name;
    diagnostics.push_back({.reason = "UpstreamGroupNotFound",
                           .object = owner,
                           .field = action->path + "/upstreamGroup",
                           .message = "UpstreamGroup " + name +
                                      (group->present ? " is at fault and has no good version" : " is not there"),
                           .found = name,
                           .related = *action->upstream_group});
    return;
  }
  action->destinations = group->destinations;
  // The group's places are in another object: here all of it stands where the route names it.
  for (auto& weighted : action->destinations) {
    weighted.path = weighted.destination.path = action->path + "/upstreamGroup";
    for (auto& option : weighted.options.values) option.path = weighted.path;
  }
  action->multi = true;
}

uint64_t hash_of(const model::Diagnostic& problem) {
  uint64_t hash = base::hash_bytes(problem.reason + '\0' + problem.field + '\0' + problem.message + '\0' +
                                   problem.found + '\0' + problem.expected + '\0' + problem.plugin);
  for (const model::ObjectRef* ref : {&problem.object, &problem.related}) {
    hash = base::hash_combine(hash, base::hash_bytes(ref->kind + '\0' + ref->ns + '\0' + ref->name));
  }
  return base::hash_combine(hash, static_cast<uint64_t>(problem.severity));
}

uint64_t hash_of(const RouteResult& result) {
  uint64_t hash = base::hash_bytes(result.name);
  for (const auto& match : result.matches) hash = base::hash_combine(hash, base::hash_bytes(match));
  hash = base::hash_combine(hash, base::hash_bytes(result.rest));
  hash = base::hash_combine(hash, hash_filters(result.filters));
  for (const auto& extra : result.resources) hash = base::hash_combine(hash, extra.resource->hash);
  // The virtual service passes them on, so it has to run again where only they are new.
  for (const auto& problem : result.diagnostics) hash = base::hash_combine(hash, hash_of(problem));
  return hash;
}

void translate(Translation& t, Reader& reader, const model::ObjectRef& owner, RouteResult& result,
               ProvenanceList* provenance) {
  auto decoded = config::decode_route(owner, *result.text, *t.catalog);
  result.diagnostics = std::move(decoded.diagnostics);
  if (!decoded.value || refuse(*decoded.value, owner, result.diagnostics)) return;
  model::Route& route = *decoded.value;
  model::Diagnostics problems;
  fill_group(t, reader, owner, route, problems);
  RouteParts parts = call_route_plugins(t, reader, owner, route);
  RouteBuilder(t, reader, owner, provenance).build(route, parts, std::move(problems), result);
}

// Puts routes one behind the other under their names, and says where they stand.
class Assembler {
 public:
  Assembler(const RouteHost& host, RouteList& list, ProvenanceList* provenance)
      : host_(host), list_(list), provenance_(provenance) {}

  void add(size_t index, const EffectiveRoute& place, const RouteResult& route, const ProvenanceList& origins) {
    const std::string branch = place.branch.empty() && !route.name.empty() ? "route:" + route.name : place.branch;
    if (!branch.empty()) list_.named = true;
    for (size_t m = 0; m < route.matches.size(); ++m) {
      append(place, name(branch, index, m), route.matches[m], route.rest, origins);
    }
    for (const auto& diagnostic : route.diagnostics) report(place, diagnostic);
    for (auto need : route.filters) {
      locate(place, need.fragment.origin);
      list_.filters.push_back(std::move(need));
    }
    for (auto extra : route.resources) {
      locate(place, extra.origin);
      list_.resources.push_back(std::move(extra));
    }
  }

  std::string take_bytes() { return std::move(bytes_); }

 private:
  static void locate(const EffectiveRoute& place, Origin& origin) {
    if (origin.object == place.owner) origin.field.insert(0, place.path);
  }

  // What is said of a table's route is the virtual service's problem, as in Gloo, and the table's too where it is about
  // what stands in the table.
  void report(const EffectiveRoute& place, model::Diagnostic diagnostic) {
    // A plugin may report on another object: that one's fields are whole already.
    if (diagnostic.object != place.owner) return push(std::move(diagnostic));
    diagnostic.field.insert(0, place.path);
    if (place.owner == host_.service) return push(std::move(diagnostic));
    model::Diagnostic here = diagnostic;
    here.object = host_.service;
    here.message = "on RouteTable " + place.owner.ns + "/" + place.owner.name + " " + place.path + ": " + here.message;
    here.field = place.via;
    if (here.related.kind.empty()) here.related = place.owner;
    push(std::move(here));
    const bool about_others = diagnostic.reason == "UpstreamNotFound" || diagnostic.reason == "UpstreamGroupNotFound" ||
                              diagnostic.reason == "RouteReplaced" || diagnostic.reason == "RouteLeftOut";
    if (!about_others) push(std::move(diagnostic));
  }

  void push(model::Diagnostic diagnostic) {
    if (list_.diagnostics.size() < kMostProblems) {
      list_.diagnostics.push_back(std::move(diagnostic));
      return;
    }
    if (list_.diagnostics.size() == kMostProblems) {
      list_.diagnostics.push_back({.severity = diagnostic.severity,
                                   .reason = "TooManyProblems",
                                   .object = host_.service,
                                   .field = "/spec/virtualHost/routes",
                                   .message = "the routes have more than " + std::to_string(kMostProblems) +
                                              " problems; the rest is not listed"});
    }
    auto& rest = list_.diagnostics.back();
    rest.severity = std::max(rest.severity, diagnostic.severity);
  }

  [[nodiscard]] std::string name(const std::string& branch, size_t index, size_t matcher) const {
    std::string name = host_.name + "-route-" + std::to_string(index);
    if (!branch.empty()) {
      name += "-vs:" + host_.gateway + "_" + host_.service.ns + "_" + host_.service.name + "_" + branch;
    }
    return name + "-matcher-" + std::to_string(matcher);
  }

  void append(const EffectiveRoute& place, const std::string& name, const std::string& match, const std::string& rest,
              const ProvenanceList& origins) {
    std::string one;
    protozero::pbf_writer(one).add_message(route::Route::kMatch, match);
    one += rest;
    protozero::pbf_writer(one).add_string(route::Route::kName, name);
    protozero::pbf_writer(bytes_).add_message(route::VirtualHost::kRoutes, one);
    for (auto [field, origin] : origins) {
      locate(place, origin);
      provenance_->emplace_back("routes[" + std::to_string(written_) + "]." + field, std::move(origin));
    }
    ++written_;
  }

  const RouteHost& host_;
  RouteList& list_;
  ProvenanceList* provenance_;
  std::string bytes_;
  size_t written_ = 0;  // routes in bytes_
};

}  // namespace

std::shared_ptr<const RouteResult> build_route(Translation& t, Reader& reader, const model::ObjectRef& owner,
                                               std::shared_ptr<const std::string> text, ProvenanceList* provenance) {
  auto result = std::make_shared<RouteResult>();
  result->text = std::move(text);
  translate(t, reader, owner, *result, provenance);
  result->hash = hash_of(*result);
  return result;
}

RouteList build_routes(Translation& t, Reader& reader, const RouteHost& host, const std::vector<EffectiveRoute>& routes,
                       ProvenanceList* provenance) {
  RouteList list;
  Assembler assembler(host, list, provenance);
  for (size_t i = 0; i < routes.size(); ++i) {
    const EffectiveRoute& place = routes[i];
    ProvenanceList origins;
    const auto route = provenance == nullptr ? read_route(t, reader, place.owner, place.text)
                                             : build_route(t, reader, place.owner, place.text, &origins);
    assembler.add(i, place, *route, origins);
  }
  list.bytes = base::Bytes(assembler.take_bytes());
  return list;
}

}  // namespace solder::engine

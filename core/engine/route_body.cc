// Step 3, a route without its match and name: its action, with what its options and its destinations' plugins add to
// it. The same for all routes of a namespace that say the same. Source: Gloo's route translation.
// Tested by tests/golden and tests/unit/engine/route_sharing_test.cc.
#include <algorithm>
#include <iterator>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <variant>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/route.h"
#include "core/engine/route_action.h"
#include "core/engine/route_destinations.h"
#include "core/engine/route_layout.h"
#include "core/engine/route_part.h"
#include "core/engine/schema_reads.h"
#include "solder/envoy_fields.h"
#include "solder/kinds/options.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;

namespace {

uint32_t action_number(const model::Route& route) {
  if (std::holds_alternative<model::RouteAction>(route.action)) return SOLDER_ACTION_FORWARD;
  if (std::holds_alternative<model::RedirectAction>(route.action)) return SOLDER_ACTION_REDIRECT;
  if (std::holds_alternative<model::DirectResponseAction>(route.action)) return SOLDER_ACTION_DIRECT_RESPONSE;
  return SOLDER_ACTION_NONE;
}

bool gave_anything(const std::vector<DestinationParts>& parts) {
  const auto any = [](const host::ItemOutput& output) { return !output.fragments.empty(); };
  return std::any_of(parts.begin(), parts.end(), [&](const DestinationParts& each) {
    return any(each.destination) || std::any_of(each.options.begin(), each.options.end(), any);
  });
}

bool sets_any(const std::string& bytes, const std::vector<int>& fields) {
  if (fields.empty()) return false;
  protozero::pbf_reader reader(bytes);
  while (reader.next()) {
    if (std::find(fields.begin(), fields.end(), static_cast<int>(reader.tag())) != fields.end()) return true;
    reader.skip();
  }
  return false;
}

void move_into(model::Diagnostics& into, model::Diagnostics& from) {
  std::move(from.begin(), from.end(), std::back_inserter(into));
}

class BodyBuilder {
 public:
  BodyBuilder(Translation& t, Reader& reader, const model::ObjectRef& owner, ProvenanceList* provenance,
              RouteBodyResult& result)
      : t_(t), reader_(reader), owner_(owner), provenance_(provenance), result_(result) {}

  void build(const std::string& text) {
    const size_t end = text.find('\n');
    auto decoded = decode_with_schemas(
        t_, reader_, [&](const auto& catalog) { return config::decode_route(owner_, text.substr(0, end), catalog); });
    result_.diagnostics = std::move(decoded.diagnostics);
    uint32_t action = SOLDER_ACTION_NONE;
    if (decoded.value) action = action_number(*decoded.value);
    const auto options = read_options(text.substr(end + 1), action);
    result_.refused = !decoded.value || options->refused || refuse(*decoded.value);
    if (result_.refused) return;
    fill_group(*decoded.value);
    forward_ = std::get_if<model::RouteAction>(&decoded.value->action);
    if (forward_ != nullptr) parts_ = call_destinations(t_, reader_, owner_, *forward_);
    for (auto& part : parts_) {
      move_into(result_.diagnostics, part.destination.diagnostics);
      for (auto& output : part.options) move_into(result_.diagnostics, output.diagnostics);
    }
    translate(*decoded.value, *options);
    result_.bad = has_error(result_.diagnostics);
    result_.leads_nowhere = leads_nowhere();
  }

 private:
  std::shared_ptr<const RouteOptionsResult> read_options(const std::string& text, uint32_t action) {
    if (text.empty()) return std::make_shared<RouteOptionsResult>();
    auto options = t_.route_options.read(reader_, {owner_.ns, action, 0}, text);
    result_.diagnostics.insert(result_.diagnostics.end(), options->diagnostics.begin(), options->diagnostics.end());
    return options;
  }

  // A fault of Gloo's that refuses the whole virtual service.
  bool refuse(const model::Route& route) {
    if (action_number(route) != SOLDER_ACTION_NONE) return false;
    result_.diagnostics.push_back({.reason = "MissingField",
                                   .object = owner_,
                                   .message = "a route must say what it does",
                                   .expected = "routeAction, redirectAction, directResponseAction or delegateAction"});
    return true;
  }

  // A group's destinations in the place of the group. As in Gloo a route to a group that is not there cannot be used.
  void fill_group(model::Route& route) {
    auto* action = std::get_if<model::RouteAction>(&route.action);
    if (action == nullptr || !action->upstream_group) return;
    const auto& group = t_.upstream_groups.read(reader_, *action->upstream_group);
    if (!group->serving) {
      const std::string name = action->upstream_group->ns + "/" + action->upstream_group->name;
      result_.diagnostics.push_back(
          {.reason = "UpstreamGroupNotFound",
           .object = owner_,
           .field = action->path + "/upstreamGroup",
           .message =
               "UpstreamGroup " + name + (group->present ? " is at fault and has no good version" : " is not there"),
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

  void translate(const model::Route& route, const RouteOptionsResult& options) {
    ProvenanceList weighted;
    const std::string own = core_action(route, provenance_ == nullptr ? nullptr : &weighted);
    if (forward_ != nullptr && forward_->dynamic_forward_proxy) {
      forward_proxy_ =
          forward_proxy_entry(*forward_->dynamic_forward_proxy, forward_->path, owner_, result_.diagnostics);
    }
    const bool apart = !gave_anything(parts_) && !sets_any(own, options.action_fields);
    if (apart && provenance_ == nullptr) {
      concatenate(route, own, options);
    } else {
      merge(route, own, weighted, options);
    }
  }

  // The core's part of the action.
  std::string core_action(const model::Route& route, ProvenanceList* weighted) {
    auto& problems = result_.diagnostics;
    if (forward_ != nullptr) {
      std::string action = forward_action(t_, reader_, *forward_, parts_, owner_, problems, weighted);
      append_not_found_code(action);
      return action;
    }
    if (const auto* redirect = std::get_if<model::RedirectAction>(&route.action)) {
      return redirect_action(*redirect, owner_, problems);
    }
    const auto& direct = std::get<model::DirectResponseAction>(route.action);
    check_status(direct);
    return direct_response(direct.status, direct.body);
  }

  // Where the core and the options' plugins set no field both, the bytes of both are the whole.
  void concatenate(const model::Route& route, const std::string& own, const RouteOptionsResult& options) {
    auto& problems = result_.diagnostics;
    if (!has_error(problems)) check(base_of(route, own), problems);
    problems.insert(problems.end(), options.merge_problems.begin(), options.merge_problems.end());
    result_.rest = base_of(route, own + options.action) + options.route;
    result_.filters = options.filters;
    result_.resources = options.resources;
  }

  void merge(const model::Route& route, const std::string& own, const ProvenanceList& weighted,
             const RouteOptionsResult& options) {
    Slots slots(t_, result_.diagnostics, provenance_);
    slots.add(options.fragments);
    add_destinations(slots);
    std::string action = own;
    if (forward_ != nullptr) action = slots.merged("route_action", kRouteAction, own, "route");
    if (forward_ != nullptr && provenance_ != nullptr) refine(*provenance_, weighted);
    if (std::holds_alternative<model::RedirectAction>(route.action)) {
      action = slots.merged("redirect_action", kRedirectAction, own, "redirect");
    }
    result_.rest = merged_route(slots, base_of(route, action), provenance_);
    if (!has_error(result_.diagnostics)) check(result_.rest, result_.diagnostics);
    result_.filters = slots.filters("http_filter/");
    result_.resources = slots.resources();
  }

  // Those of weighted destinations fill slots of their own cluster entry, except filters and what they say of the
  // action as a whole.
  void add_destinations(Slots& slots) const {
    const bool single = parts_.size() == 1;
    const auto add = [&](const host::ItemOutput& output) {
      std::vector<Fragment> shared;
      for (const Fragment& fragment : output.fragments) {
        const bool whole = fragment.slot.starts_with("http_filter/") || fragment.slot.starts_with("resource/") ||
                           fragment.slot == "route_action";
        if (whole || single) shared.push_back(fragment);
      }
      slots.add(shared);
    };
    for (const auto& part : parts_) {
      add(part.destination);
      for (const auto& output : part.options) add(output);
    }
  }

  [[nodiscard]] std::string base_of(const model::Route& route, const std::string& action) const {
    std::string base;
    uint32_t field = route::Route::kDirectResponse;
    if (std::holds_alternative<model::RouteAction>(route.action)) field = route::Route::kRoute;
    if (std::holds_alternative<model::RedirectAction>(route.action)) field = route::Route::kRedirect;
    protozero::pbf_writer writer(base);
    writer.add_message(field, action);
    if (!forward_proxy_.empty()) writer.add_message(route::Route::kTypedPerFilterConfig, forward_proxy_);
    return base;
  }

  void check(const std::string& rest, model::Diagnostics& problems) const {
    std::string whole;
    protozero::pbf_writer writer(whole);
    append_any_match(writer);
    append_refusal(t_, owner_, whole + rest, problems);
  }

  // Where invalid routes are replaced, the share of a multi destination that has no upstream answers the policy's code
  // too, as far as Envoy has it: 503 is its default.
  void append_not_found_code(std::string& forward) const {
    const auto& policy = t_.settings.read(reader_, 0)->settings.invalid_config_policy;
    if (!policy.replace_invalid_routes) return;
    constexpr int32_t kNotFound = 1;
    constexpr int32_t kInternalServerError = 2;
    protozero::pbf_writer writer(forward);
    if (policy.response_code == 404) {
      writer.add_enum(route::RouteAction::kClusterNotFoundResponseCode, kNotFound);
    } else if (policy.response_code == 500) {
      writer.add_enum(route::RouteAction::kClusterNotFoundResponseCode, kInternalServerError);
    }
  }

  void check_status(const model::DirectResponseAction& direct) {
    if (direct.status >= 200 && direct.status < 600) return;
    result_.diagnostics.push_back({.reason = "InvalidValue",
                                   .object = owner_,
                                   .field = direct.path + "/status",
                                   .message = "Envoy answers a direct response with a status from 200 to 599",
                                   .found = std::to_string(direct.status),
                                   .expected = "200 to 599"});
  }

  [[nodiscard]] bool leads_nowhere() const {
    if (forward_ == nullptr || forward_->destinations.empty()) return false;
    return std::none_of(forward_->destinations.begin(), forward_->destinations.end(), [&](const auto& each) {
      return t_.destinations.read(reader_, upstream_of(each.destination))->present;
    });
  }

  Translation& t_;
  Reader& reader_;
  const model::ObjectRef& owner_;
  ProvenanceList* provenance_;
  RouteBodyResult& result_;
  const model::RouteAction* forward_ = nullptr;
  std::vector<DestinationParts> parts_;
  std::string forward_proxy_;  // what the route says to the dynamic forward proxy, or empty
};

}  // namespace

void body_text(const config::RoutePieces& pieces, std::string& out) {
  out.assign(pieces.action).append("\n").append(pieces.options);
}

std::shared_ptr<RouteBodyResult> build_route_body(Translation& t, Reader& reader, const RoutePartKey& key,
                                                  const std::string& text, ProvenanceList* provenance) {
  auto result = std::make_shared<RouteBodyResult>();
  BodyBuilder(t, reader, route_ref(key.ns), provenance, *result).build(text);
  if (result->refused || result->bad) {
    result->rest.clear();
    result->filters.clear();
    result->resources.clear();
    if (provenance != nullptr) provenance->clear();
  }
  result->chosen_first = chosen_before_filters(result->rest);
  uint64_t hash = base::hash_combine(hash_part(*result), base::hash_bytes(result->rest));
  hash = base::hash_combine(hash, result->leads_nowhere ? 1 : 0);
  hash = base::hash_combine(hash, hash_filters(result->filters));
  for (const auto& extra : result->resources) hash = base::hash_combine(hash, extra.resource->hash);
  result->hash = hash;
  return result;
}

}  // namespace solder::engine

#include "core/engine/delegation.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/hash.h"
#include "core/config/option_merge.h"
#include "core/engine/composed_routes.h"
#include "core/engine/inheritance.h"
#include "core/engine/route_part.h"
#include "core/engine/table_selection.h"
#include "core/engine/table_size.h"

namespace solder::engine {

using nlohmann::json;

// What a delegating route hands down to those below it.
struct Above {
  model::Matcher matcher;
  std::string options = "{}";
  std::string branch;
  bool named = false;
  bool inheritable_matchers = false;
  bool inheritable_path_matchers = false;
};

// Everything that decides what becomes of a table's routes, but for what is read.
struct RouteBranchSource {
  model::ObjectRef service;
  std::string host_options;  // of the virtual host, where routes join something with them
  std::string via;
  Above above;
  std::vector<model::ObjectRef> visited;  // the tables above this one
  uint64_t hash = 0;                      // over all of it
};

namespace {

// The route that is looked at: where it stands, and how one came there.
struct Place {
  std::shared_ptr<const RoutePlace> at;
  std::string path;  // in the owner
  std::string via;   // in the virtual service
  size_t index;

  [[nodiscard]] const model::ObjectRef& owner() const { return at->owner; }
};

uint64_t hash_source(const RouteBranchSource& source) {
  const Above& above = source.above;
  uint64_t hash = base::hash_bytes(to_json({above.matcher}));
  for (const std::string* text : {&source.host_options, &source.via, &above.options, &above.branch}) {
    hash = base::hash_combine(hash, base::hash_bytes(*text));
  }
  for (const bool flag : {above.named, above.inheritable_matchers, above.inheritable_path_matchers}) {
    hash = base::hash_combine(hash, flag ? 1 : 0);
  }
  for (const auto& table : source.visited) hash = base::hash_combine(hash, base::hash_bytes(to_string(table)));
  return hash;
}

std::shared_ptr<const RouteBranchResult> read_branch(Translation& t, Reader& reader, const model::ObjectRef& table,
                                                     const std::shared_ptr<const RouteBranchSource>& source) {
  const RouteBranchKey key{source->service, table, source->hash};
  if (const auto* known = t.route_branches.read_known(reader, key)) return *known;
  return t.route_branches.make(
      reader, key, [&](Reader& inner, const RouteBranchKey&) { return build_route_branch(t, inner, table, source); });
}

std::string service_path(size_t index) { return "/spec/virtualHost/routes/" + std::to_string(index); }
std::string table_path(size_t index) { return "/spec/routes/" + std::to_string(index); }

class Expander {
 public:
  Expander(Translation& t, Reader& reader, const model::ObjectRef& service, const std::string& host_options)
      : t_(t),
        reader_(reader),
        service_(service),
        host_options_(host_options),
        joins_cors_(config::joins_cors(host_options)) {}

  EffectiveRoutes run(const std::vector<std::string_view>& texts) {
    const auto own = std::make_shared<const RoutePlace>(service_, "");
    routes_.reserve(texts.size());
    const bool any_composed = composed(all_of(texts));
    for (size_t i = 0; i < texts.size(); ++i) {
      if ((any_composed && composed(texts[i])) ||
          (joins_cors_ && texts[i].find("\"cors\"") != std::string_view::npos)) {
        const std::string path = service_path(i);
        visit({own, path, path, i}, std::make_shared<const std::string>(texts[i]), nullptr);
      } else {
        add({own, texts[i], nullptr, i, ""}, {});
      }
    }
    EffectiveRoutes out;
    out.routes.reserve(routes_.size());
    for (auto& one : routes_) out.routes.push_back(std::move(one.route));
    out.diagnostics = std::move(diagnostics_);
    return out;
  }

  // The routes of one table.
  void run(const model::ObjectRef& ref, const RouteBranchSource& source, RouteBranchResult& result) {
    visited_ = source.visited;
    visited_.push_back(ref);
    const auto table = t_.route_tables.read(reader_, ref);
    const auto place = std::make_shared<const RoutePlace>(ref, source.via);
    if (!table->ok) report_table(source.via, ref, *table);
    if (table->serving) {
      routes_.reserve(table->routes.size());
      for (size_t i = 0; i < table->routes.size() && !too_many_; ++i) {
        visit({place, table_path(i), source.via, i}, table->routes[i], &source.above);
      }
    }
    result.routes = std::move(routes_);
    result.diagnostics = std::move(diagnostics_);
    result.visited = visits_;
    result.too_many = too_many_;
  }

 private:
  void visit(const Place& place, const std::shared_ptr<const std::string>& text, const Above* above) {
    if (++visits_ > kMostVisited) return report_too_many(place);
    const auto known = read_outline(t_, reader_, place.owner(), text);
    // A route that cannot be read is told of by its own step; tables with such a one are not visited.
    if (!known->outline) return leaf(place, text, "", {});
    const model::RouteOutline& outline = *known->outline;
    std::optional<std::vector<model::Matcher>> matchers;
    if (above != nullptr) {
      matchers = inherited_matchers(outline, above->matcher,
                                    outline.inheritable_path_matchers.value_or(above->inheritable_path_matchers),
                                    outline.inheritable_matchers.value_or(above->inheritable_matchers));
      const std::string why = mismatch(*matchers, above->matcher);
      if (!why.empty()) {
        return report(place, place.path, model::Severity::kWarning, "InvalidMatcher", "the route is left out: " + why);
      }
    }
    std::string options = merge_options(place, outline, above);
    if (outline.delegate) {
      delegate(place, outline, above, matchers, std::move(options));
    } else {
      simple(place, outline, text, above, std::move(matchers), options);
    }
  }

  // A route with an action of its own: a text that says everything that it inherited.
  void simple(const Place& place, const model::RouteOutline& outline, const std::shared_ptr<const std::string>& text,
              const Above* above, std::optional<std::vector<model::Matcher>> matchers, const std::string& options) {
    const bool new_matchers = matchers && to_json(*matchers) != to_json(outline.matchers);
    const bool new_options = options != outline.options;
    auto effective = text;
    if (new_matchers || new_options) {
      json route = json::parse(outline.canonical, nullptr, false);
      if (new_matchers) route["matchers"] = json::parse(to_json(*matchers));
      if (new_options) route["options"] = json::parse(options, nullptr, false);
      effective = std::make_shared<const std::string>(route.dump());
    }
    const std::string branch = above != nullptr ? name_of(place, outline, above) : "";
    const bool named = above != nullptr && (above->named || !outline.name.empty());
    leaf(place, std::move(effective), named ? branch : "", matchers ? order_of(*matchers) : RouteOrder());
  }

  void leaf(const Place& place, std::shared_ptr<const std::string> text, std::string branch, RouteOrder order) {
    if (made_ == kMostRoutes) return report_too_many(place);
    ++made_;
    const std::string_view view = *text;
    add({place.at, view, std::move(text), place.index, std::move(branch)}, std::move(order));
  }

  void add(EffectiveRoute route, RouteOrder order) {
    route.hash = base::hash_combine(base::hash_bytes(route.text) + route.index, route.place->hash);
    if (!route.branch.empty()) route.hash = base::hash_combine(route.hash, base::hash_bytes(route.branch) + 1);
    routes_.push_back({std::move(route), std::move(order)});
  }

  void delegate(const Place& place, const model::RouteOutline& outline, const Above* above,
                const std::optional<std::vector<model::Matcher>>& matchers, std::string options) {
    model::RouteOutline effective = outline;
    if (matchers) effective.matchers = *matchers;
    const DelegatingMatcher matcher = delegating_matcher(place.owner(), effective);
    if (matcher.problem) {
      return report(place, place.path + matcher.problem->field, model::Severity::kError, matcher.problem->reason,
                    matcher.problem->message, matcher.problem->found, matcher.problem->expected);
    }
    const TableSelection selected = select_tables(t_, reader_, place.owner().ns, *outline.delegate);
    if (const auto& problem = selected.problem) {
      report(place, place.path + outline.delegate->path + problem->field, problem->severity, problem->reason,
             problem->message, problem->found, problem->expected);
    }
    const Above below{matcher.matcher,
                      std::move(options),
                      name_of(place, outline, above),
                      (above != nullptr && above->named) || !outline.name.empty(),
                      outline.inheritable_matchers.value_or(above != nullptr && above->inheritable_matchers),
                      outline.inheritable_path_matchers.value_or(above != nullptr && above->inheritable_path_matchers)};
    const auto source = std::make_shared<RouteBranchSource>(
        RouteBranchSource{service_, joins_cors_ ? host_options_ : "{}", place.via, below, visited_});
    source->hash = hash_source(*source);
    for (const auto& [weight, refs] : selected.tables) {
      const auto begin = static_cast<ptrdiff_t>(routes_.size());
      for (const auto& ref : refs) enter(place, ref, source);
      if (refs.size() < 2) continue;
      std::stable_sort(routes_.begin() + begin, routes_.end(),
                       [](const BranchRoute& a, const BranchRoute& b) { return a.order < b.order; });
    }
  }

  // The routes of one table in the place of the route that delegates to it.
  void enter(const Place& place, const model::ObjectRef& ref, const std::shared_ptr<const RouteBranchSource>& source) {
    if (too_many_) return;
    if (std::find(visited_.begin(), visited_.end(), ref) != visited_.end() || visited_.size() >= kMostTables) {
      return report_cycle(place, ref);
    }
    if (has_too_many_routes(t_, reader_, ref, kMostTables - visited_.size())) return report_left_out(place, ref);
    const auto branch = read_branch(t_, reader_, ref, source);
    diagnostics_.insert(diagnostics_.end(), branch->diagnostics.begin(), branch->diagnostics.end());
    visits_ += branch->visited;
    too_many_ = branch->too_many;
    const size_t taken = std::min(branch->routes.size(), kMostRoutes - made_);
    made_ += taken;
    routes_.insert(routes_.end(), branch->routes.begin(), branch->routes.begin() + static_cast<ptrdiff_t>(taken));
    if (!too_many_ && (taken < branch->routes.size() || visits_ > kMostVisited)) report_too_many(place);
  }

  std::string merge_options(const Place& place, const model::RouteOutline& outline, const Above* above) {
    std::string own = outline.options;
    if (!outline.option_refs.empty()) {
      model::Diagnostics missing;
      own = merge_referenced(t_, reader_, std::move(own), outline.option_refs, place.owner(),
                             place.path + "/optionsConfigRefs/delegateOptions", missing);
      for (const auto& one : missing) report(place, one.field, one.severity, one.reason, one.message, one.found);
    }
    own = config::inherit_transformations(own, above != nullptr ? above->options : host_options_);
    if (above != nullptr && above->options != "{}") own = config::merge_options(own, above->options);
    return joins_cors_ && !outline.delegate ? config::join_cors(own, host_options_) : own;
  }

  std::string name_of(const Place& place, const model::RouteOutline& outline, const Above* above) const {
    std::string name =
        above == nullptr ? "" : above->branch + "_rt:" + place.owner().ns + "_" + place.owner().name + "_";
    return name + "route:" + (outline.name.empty() ? "<unnamed-" + std::to_string(place.index) + ">" : outline.name);
  }

  void report_left_out(const Place& place, const model::ObjectRef& ref) {
    report(place, place.path, model::Severity::kError, "TooManyRoutes",
           "RouteTable " + ref.ns + "/" + ref.name + ", with the tables below it, stands for more than " +
               std::to_string(kMostVisited) + " routes; it is left out");
  }

  void report_too_many(const Place& place) {
    if (std::exchange(too_many_, true)) return;
    report(place, place.path, model::Severity::kError, "TooManyRoutes",
           "delegation makes more than " + std::to_string(kMostRoutes) + " routes of this virtual service");
  }

  void report_table(const std::string& via, const model::ObjectRef& ref, const RouteTableResult& table) {
    diagnostics_.push_back(
        {.severity = table.serving ? model::Severity::kWarning : model::Severity::kError,
         .reason = "InvalidRouteTable",
         .object = service_,
         .field = via,
         .message = "RouteTable " + ref.ns + "/" + ref.name + " is at fault" +
                    (table.serving ? "; its last good version is served" : ", and there is no good version of it"),
         .related = ref});
  }

  void report_cycle(const Place& place, const model::ObjectRef& ref) {
    std::string circle;
    for (const auto& table : visited_) circle += table.ns + "." + table.name + " -> ";
    const Place there{std::make_shared<const RoutePlace>(ref, place.via), "/spec/routes", place.via, 0};
    report(there, "/spec/routes", model::Severity::kError, "DelegationCycle",
           visited_.size() >= kMostTables ? "tables delegate deeper than " + std::to_string(kMostTables) + " levels"
                                          : "tables delegate in a circle: " + circle + ref.ns + "." + ref.name);
  }

  // At the object that the route stands in, and where that is a table at the virtual service as well.
  void report(const Place& place, const std::string& field, model::Severity severity, const std::string& reason,
              const std::string& message, const std::string& found = "", const std::string& expected = "") {
    diagnostics_.push_back({.severity = severity,
                            .reason = reason,
                            .object = place.owner(),
                            .field = field,
                            .message = message,
                            .found = found,
                            .expected = expected});
    if (place.owner() == service_) return;
    diagnostics_.push_back({.severity = severity,
                            .reason = reason,
                            .object = service_,
                            .field = place.via,
                            .message = "on RouteTable " + place.owner().ns + "/" + place.owner().name + ": " + message,
                            .found = found,
                            .expected = expected,
                            .related = place.owner()});
  }

  Translation& t_;
  Reader& reader_;
  const model::ObjectRef& service_;
  const std::string& host_options_;
  const bool joins_cors_;
  std::vector<model::ObjectRef> visited_;  // the tables on the way here
  std::vector<BranchRoute> routes_;
  model::Diagnostics diagnostics_;
  size_t made_ = 0;  // of routes_, those that are not plain routes of the virtual service
  size_t visits_ = 0;
  bool too_many_ = false;
};

}  // namespace

RoutePlace::RoutePlace(model::ObjectRef owner_ref, std::string via_path)
    : owner(std::move(owner_ref)),
      via(std::move(via_path)),
      hash(base::hash_combine(base::hash_bytes(to_string(owner)), base::hash_bytes(via))) {}

std::string EffectiveRoute::path() const {
  return owner().kind == "RouteTable" ? table_path(index) : service_path(index);
}

EffectiveRoutes expand_routes(Translation& t, Reader& reader, const model::ObjectRef& service,
                              const std::vector<std::string_view>& texts, const std::string& host_options) {
  return Expander(t, reader, service, host_options).run(texts);
}

std::shared_ptr<const RouteBranchResult> build_route_branch(Translation& t, Reader& reader,
                                                            const model::ObjectRef& table,
                                                            std::shared_ptr<const RouteBranchSource> source) {
  auto result = std::make_shared<RouteBranchResult>();
  Expander(t, reader, source->service, source->host_options).run(table, *source, *result);
  result->source = std::move(source);
  uint64_t hash = base::hash_combine(result->visited, result->too_many ? 1 : 0);
  // What a route inherited decides its text and its order.
  for (const auto& one : result->routes) hash = base::hash_combine(hash, one.route.hash);
  for (const auto& problem : result->diagnostics) hash = base::hash_combine(hash, hash_diagnostic(problem));
  result->hash = hash;
  return result;
}

DelegatingMatcher delegating_matcher(const model::ObjectRef& owner, const model::RouteOutline& outline) {
  DelegatingMatcher out;
  out.matcher.has_path = true;
  if (outline.matchers.size() > 1) {
    out.problem = {.reason = "InvalidMatcher",
                   .object = owner,
                   .field = "/matchers",
                   .message = "a route that delegates has at most one matcher",
                   .found = std::to_string(outline.matchers.size())};
  } else if (outline.matchers.size() == 1 && outline.matchers.front().has_path) {
    const model::Matcher& matcher = outline.matchers.front();
    out.matcher = matcher;
    if (matcher.kind != model::Matcher::Path::kPrefix || matcher.text.empty()) {
      out.problem = {.reason = "InvalidMatcher",
                     .object = owner,
                     .field = "/matchers/0",
                     .message = "a route that delegates must match by prefix",
                     .found = matcher.text,
                     .expected = "prefix"};
    }
  }
  return out;
}

std::string merge_referenced(Translation& t, Reader& reader, std::string own, const std::vector<model::ObjectRef>& refs,
                             const model::ObjectRef& object, const std::string& field,
                             model::Diagnostics& diagnostics) {
  for (size_t i = 0; i < refs.size(); ++i) {
    const auto& options = t.options_objects.read(reader, refs[i]);
    if (options->serving) {
      own = config::merge_options(own, options->json);
      continue;
    }
    diagnostics.push_back({.severity = model::Severity::kWarning,
                           .reason = "OptionsNotFound",
                           .object = object,
                           .field = field + "/" + std::to_string(i),
                           .message = refs[i].kind + " " + refs[i].ns + "/" + refs[i].name +
                                      (options->present ? " is at fault and has no good version" : " is not there") +
                                      "; its options are missing",
                           .found = refs[i].ns + "/" + refs[i].name,
                           .related = refs[i]});
  }
  return own;
}

}  // namespace solder::engine

#include "core/engine/delegation.h"

#include <string.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/hash.h"
#include "core/config/option_merge.h"
#include "core/engine/inheritance.h"
#include "core/engine/label_selector.h"

namespace solder::engine {

using nlohmann::json;

namespace {

// Tables that delegate twice to the next one double the routes at each step.
constexpr size_t kMostRoutes = 100'000;
constexpr size_t kMostTables = 64;  // one below the other

// What a delegating route hands down to those below it.
struct Above {
  model::Matcher matcher;
  std::string options = "{}";
  std::string branch;
  bool named = false;
  bool inheritable_matchers = false;
  bool inheritable_path_matchers = false;
};

// The route that is looked at: where it stands, and how one came there.
struct Place {
  std::shared_ptr<const model::ObjectRef> owner;
  std::string path;  // in the owner
  std::string via;   // in the virtual service
  size_t index;
};

struct Leaf {
  EffectiveRoute route;
  std::vector<model::Matcher> matchers;  // only of routes below a delegation
};

std::string service_path(size_t index) { return "/spec/virtualHost/routes/" + std::to_string(index); }
std::string table_path(size_t index) { return "/spec/routes/" + std::to_string(index); }

// Only such routes have to be looked into. Words without a quote before them: those are found fast, as their first
// letters are rare.
bool composed(std::string_view text) {
  for (std::string_view word :
       {"elegate", "onfigRefs\"", "onfig_refs\"", "nheritTransformation\"", "nherit_transformation\""}) {
    if (memmem(text.data(), text.size(), word.data(), word.size()) != nullptr) return true;
  }
  return false;
}

class Expander {
 public:
  Expander(Translation& t, Reader& reader, const model::ObjectRef& service, const std::string& host_options)
      : t_(t),
        reader_(reader),
        service_(service),
        host_options_(host_options),
        joins_cors_(config::joins_cors(host_options)) {}

  EffectiveRoutes run(const std::vector<std::string_view>& texts) {
    std::vector<Leaf> leaves;
    leaves.reserve(texts.size());
    const auto owner = std::make_shared<const model::ObjectRef>(service_);
    for (size_t i = 0; i < texts.size(); ++i) {
      if (composed(texts[i]) || (joins_cors_ && texts[i].find("\"cors\"") != std::string_view::npos)) {
        const std::string path = service_path(i);
        visit({owner, path, path, i}, std::make_shared<const std::string>(texts[i]), nullptr, leaves);
      } else {
        leaves.push_back({{owner, texts[i], nullptr, i, "", ""}, {}});
      }
    }
    out_.routes.reserve(leaves.size());
    for (auto& leaf : leaves) out_.routes.push_back(std::move(leaf.route));
    return std::move(out_);
  }

 private:
  void visit(const Place& place, const std::shared_ptr<const std::string>& text, const Above* above,
             std::vector<Leaf>& leaves) {
    const auto known = read_outline(t_, reader_, *place.owner, text);
    // A route that cannot be read is told of by its own step; tables with such a one are not visited.
    if (!known->outline) return leaf(place, text, "", {}, leaves);
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
      delegate(place, outline, above, matchers, std::move(options), leaves);
    } else {
      simple(place, outline, text, above, std::move(matchers), options, leaves);
    }
  }

  // A route with an action of its own: a text that says everything that it inherited.
  void simple(const Place& place, const model::RouteOutline& outline, const std::shared_ptr<const std::string>& text,
              const Above* above, std::optional<std::vector<model::Matcher>> matchers, const std::string& options,
              std::vector<Leaf>& leaves) {
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
    leaf(place, std::move(effective), named ? branch : "", matchers.value_or(std::vector<model::Matcher>{}), leaves);
  }

  void leaf(const Place& place, std::shared_ptr<const std::string> text, std::string branch,
            std::vector<model::Matcher> matchers, std::vector<Leaf>& leaves) {
    if (++made_ > kMostRoutes) {
      if (made_ == kMostRoutes + 1) {
        report(place, place.path, model::Severity::kError, "TooManyRoutes",
               "delegation makes more than " + std::to_string(kMostRoutes) + " routes of this virtual service");
      }
      return;
    }
    const bool own = *place.owner == service_;
    const std::string_view view = *text;
    leaves.push_back({{place.owner, view, std::move(text), place.index, own ? "" : place.via, std::move(branch)},
                      std::move(matchers)});
  }

  void delegate(const Place& place, const model::RouteOutline& outline, const Above* above,
                const std::optional<std::vector<model::Matcher>>& matchers, std::string options,
                std::vector<Leaf>& leaves) {
    model::RouteOutline effective = outline;
    if (matchers) effective.matchers = *matchers;
    const DelegatingMatcher matcher = delegating_matcher(*place.owner, effective);
    if (matcher.problem) {
      return report(place, place.path + matcher.problem->field, model::Severity::kError, matcher.problem->reason,
                    matcher.problem->message, matcher.problem->found, matcher.problem->expected);
    }
    const auto tables = select(place, *outline.delegate);
    Above below{matcher.matcher,
                std::move(options),
                name_of(place, outline, above),
                (above != nullptr && above->named) || !outline.name.empty(),
                outline.inheritable_matchers.value_or(above != nullptr && above->inheritable_matchers),
                outline.inheritable_path_matchers.value_or(above != nullptr && above->inheritable_path_matchers)};
    for (const auto& [weight, refs] : tables) {
      std::vector<Leaf> routes;
      for (const auto& ref : refs) enter(place, ref, below, routes);
      if (refs.size() > 1) {
        std::stable_sort(routes.begin(), routes.end(),
                         [](const Leaf& a, const Leaf& b) { return before(a.matchers, b.matchers); });
      }
      std::move(routes.begin(), routes.end(), std::back_inserter(leaves));
    }
  }

  // The routes of one table in the place of the route that delegates to it.
  void enter(const Place& place, const model::ObjectRef& ref, const Above& above, std::vector<Leaf>& routes) {
    if (std::find(visited_.begin(), visited_.end(), ref) != visited_.end() || visited_.size() >= kMostTables) {
      return report_cycle(place, ref);
    }
    const auto table = t_.route_tables.read(reader_, ref);
    if (!table->ok) report_table(place, ref, *table);
    if (!table->serving) return;
    visited_.push_back(ref);
    const auto owner = std::make_shared<const model::ObjectRef>(ref);
    for (size_t i = 0; i < table->routes.size() && made_ <= kMostRoutes; ++i) {
      visit({owner, table_path(i), place.via, i}, table->routes[i], &above, routes);
    }
    visited_.pop_back();
  }

  // By weight, lower ones first.
  std::map<int32_t, std::vector<model::ObjectRef>> select(const Place& place, const model::DelegateAction& action) {
    std::map<int32_t, std::vector<model::ObjectRef>> out;
    const std::string field = place.path + action.path;
    if (action.table) {
      const auto& table = t_.table_summaries.read(reader_, *action.table);
      if (table->present) {
        out[table->weight].push_back(*action.table);
      } else {
        report(place, field, model::Severity::kWarning, "RouteTableNotFound",
               "RouteTable " + action.table->ns + "/" + action.table->name + " is not there; the route is left out",
               action.table->ns + "/" + action.table->name);
      }
    } else if (!action.selector) {
      report(place, field, model::Severity::kWarning, "MissingField",
             "a delegation must say where it goes; the route is left out", "", "ref or selector");
    } else if (usable(place, field, *action.selector)) {
      out = matching(place, *action.selector);
      if (out.empty()) {
        report(place, field, model::Severity::kWarning, "RouteTableNotFound",
               "no RouteTable is what the selector asks for; the route is left out");
      }
    }
    return out;
  }

  bool usable(const Place& place, const std::string& field, const model::TableSelector& selector) {
    if (!selector.labels.empty() && !selector.expressions.empty()) {
      report(place, field + "/selector", model::Severity::kWarning, "OneofConflict",
             "a selector has labels or expressions, not both; the route is left out");
      return false;
    }
    for (size_t i = 0; i < selector.expressions.size(); ++i) {
      const std::string fault = fault_of(selector.expressions[i]);
      if (fault.empty()) continue;
      report(place, field + "/selector/expressions/" + std::to_string(i), model::Severity::kWarning, "InvalidValue",
             "the expression of the selector cannot be used: " + fault + "; the route is left out");
      return false;
    }
    return true;
  }

  std::map<int32_t, std::vector<model::ObjectRef>> matching(const Place& place, const model::TableSelector& selector) {
    std::map<int32_t, std::vector<model::ObjectRef>> out;
    const auto list = t_.kinds.read(reader_, "RouteTable");
    if (!list) return out;
    const auto names = [&](const std::string& ns) {
      const auto& wanted = selector.namespaces;
      if (wanted.empty()) return ns == place.owner->ns;
      return std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) { return one == "*" || one == ns; });
    };
    for (const auto& ref : list->refs) {
      if (!names(ref.ns)) continue;
      const auto& table = t_.table_summaries.read(reader_, ref);
      if (!table->present || !holds(selector.labels, table->labels)) continue;
      const auto wanted = [&](const auto& expression) { return holds(expression, table->labels); };
      if (!std::all_of(selector.expressions.begin(), selector.expressions.end(), wanted)) continue;
      out[table->weight].push_back(ref);
    }
    return out;
  }

  std::string merge_options(const Place& place, const model::RouteOutline& outline, const Above* above) {
    std::string own = outline.options;
    if (!outline.option_refs.empty()) {
      model::Diagnostics missing;
      own = merge_referenced(t_, reader_, std::move(own), outline.option_refs, *place.owner,
                             place.path + "/optionsConfigRefs/delegateOptions", missing);
      for (const auto& one : missing) report(place, one.field, one.severity, one.reason, one.message, one.found);
    }
    own = config::inherit_transformations(own, above != nullptr ? above->options : host_options_);
    if (above != nullptr && above->options != "{}") own = config::merge_options(own, above->options);
    return joins_cors_ && !outline.delegate ? config::join_cors(own, host_options_) : own;
  }

  std::string name_of(const Place& place, const model::RouteOutline& outline, const Above* above) const {
    std::string name = above == nullptr ? "" : above->branch + "_rt:" + place.owner->ns + "_" + place.owner->name + "_";
    return name + "route:" + (outline.name.empty() ? "<unnamed-" + std::to_string(place.index) + ">" : outline.name);
  }

  void report_table(const Place& place, const model::ObjectRef& ref, const RouteTableResult& table) {
    out_.diagnostics.push_back(
        {.severity = table.serving ? model::Severity::kWarning : model::Severity::kError,
         .reason = "InvalidRouteTable",
         .object = service_,
         .field = place.via,
         .message = "RouteTable " + ref.ns + "/" + ref.name + " is at fault" +
                    (table.serving ? "; its last good version is served" : ", and there is no good version of it"),
         .related = ref});
  }

  void report_cycle(const Place& place, const model::ObjectRef& ref) {
    std::string circle;
    for (const auto& table : visited_) circle += table.ns + "." + table.name + " -> ";
    const Place there{std::make_shared<const model::ObjectRef>(ref), "/spec/routes", place.via, 0};
    report(there, "/spec/routes", model::Severity::kError, "DelegationCycle",
           visited_.size() >= kMostTables ? "tables delegate deeper than " + std::to_string(kMostTables) + " levels"
                                          : "tables delegate in a circle: " + circle + ref.ns + "." + ref.name);
  }

  // At the object that the route stands in, and where that is a table at the virtual service as well.
  void report(const Place& place, const std::string& field, model::Severity severity, const std::string& reason,
              const std::string& message, const std::string& found = "", const std::string& expected = "") {
    out_.diagnostics.push_back({.severity = severity,
                                .reason = reason,
                                .object = *place.owner,
                                .field = field,
                                .message = message,
                                .found = found,
                                .expected = expected});
    if (*place.owner == service_) return;
    out_.diagnostics.push_back(
        {.severity = severity,
         .reason = reason,
         .object = service_,
         .field = place.via,
         .message = "on RouteTable " + place.owner->ns + "/" + place.owner->name + ": " + message,
         .found = found,
         .expected = expected,
         .related = *place.owner});
  }

  Translation& t_;
  Reader& reader_;
  const model::ObjectRef& service_;
  const std::string& host_options_;
  const bool joins_cors_;
  std::vector<model::ObjectRef> visited_;
  size_t made_ = 0;
  EffectiveRoutes out_;
};

}  // namespace

std::string EffectiveRoute::path() const {
  return owner->kind == "RouteTable" ? table_path(index) : service_path(index);
}

EffectiveRoutes expand_routes(Translation& t, Reader& reader, const model::ObjectRef& service,
                              const std::vector<std::string_view>& texts, const std::string& host_options) {
  return Expander(t, reader, service, host_options).run(texts);
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

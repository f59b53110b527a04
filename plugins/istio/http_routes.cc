#include "http_routes.h"

#include <algorithm>
#include <utility>

#include "actions.h"
#include "delegates.h"

namespace solder::plugins::istio {

namespace {

class Reader {
 public:
  Reader(World& world, const RoutePlace& place, Derived& derived)
      : world_(world), place_(place), derived_(derived), destinations_(world, place, derived) {}

  HttpRoutes run(Fields& spec) {
    for (Fields& each : spec.objects("http")) {
      if (each.has("delegate"))
        delegate(each, *spec.raw("http"));
      else
        route(each);
    }
    return std::move(out_);
  }

 private:
  void delegate(Fields& route_fields, const Json& all) {
    Fields to = route_fields.object("delegate");
    const std::string name = to.text("name");
    std::string ns = to.text("namespace");
    if (ns.empty()) ns = place_.ns;
    to.rest();
    for (const char* member : {"route", "redirect"})
      route_fields.cannot(member, "a route that delegates has no destination of its own");
    const auto object = world_.find(kVirtualService, ns, name);
    if (!object) {
      return route_fields.report().warning(
          {to.at("name"), "VirtualServiceNotFound",
           "the VirtualService " + ns + "/" + name + " that is delegated to is not there; the route is left out", name,
           "a VirtualService without hosts"});
    }
    const Json& spec = part(*object, "spec");
    if (const Json& hosts = part(spec, "hosts"); hosts.is_array() && !hosts.empty()) {
      return route_fields.report().warning(
          {to.at("name"), "InvalidValue",
           "the VirtualService " + ns + "/" + name + " has hosts of its own; the route is left out", name,
           "a VirtualService without hosts"});
    }
    const size_t index = std::stoul(route_fields.path().substr(route_fields.path().rfind('/') + 1));
    // What is wrong in there is told of the delegate. What short names mean follows from where it is.
    Report quiet(nullptr);
    RoutePlace there = place_;
    there.ns = ns;
    Reader reader(world_, there, derived_);
    for (const Json& each : delegated_routes(all[index], spec)) {
      Fields fields(&each, route_fields.path(), quiet);
      reader.route(fields);
    }
    for (Json& each : reader.out_.first) keep(std::move(each), false);
    for (Json& each : reader.out_.last) keep(std::move(each), true);
  }

  // The matchers of a route; all where it has none, nothing where none is left.
  std::vector<Matcher> matchers(Fields& route) {
    std::vector<Matcher> out;
    auto all = route.objects("match");
    for (Fields& each : all) {
      if (auto one = read_matcher(each, place_)) out.push_back(std::move(*one));
    }
    const Json* told = route.raw("match");
    if (told == nullptr || (told->is_array() && told->empty())) out.emplace_back();
    return out;
  }

  void route(Fields& fields) {
    std::vector<Matcher> all = matchers(fields);
    Json route = Json::object();
    if (const std::string name = fields.text("name"); !name.empty()) route["name"] = name;
    Json options = Json::object();
    Fields rewrite_fields = fields.object("rewrite");
    const bool redirects = fields.has("redirect"), answers = fields.has("directResponse");
    if (redirects) {
      route["redirectAction"] = redirect(fields.object("redirect"), all.empty() ? nullptr : &all.front());
      fields.pass({"timeout", "retries"});
    } else if (answers) {
      route["directResponseAction"] = direct_response(fields.object("directResponse"));
      fields.pass({"timeout", "retries"});
    } else {
      forward(fields, route, options);
    }
    fault(fields.object("fault"), options);
    cors(fields.object("corsPolicy"), options);
    headers(fields.object("headers"), options, !redirects && !answers);
    fields.pass({"websocketUpgrade"});
    fields.rest();
    if (all.empty()) return rewrite(rewrite_fields, Matcher(), options);
    add(std::move(route), std::move(options), std::move(all), rewrite_fields);
  }

  void forward(Fields& fields, Json& route, Json& options) {
    timeout_and_retries(fields, options);
    const bool told = fields.has("route");
    Json action = destinations_.action(fields.objects("route"), &options);
    destinations_.mirrors(fields, options);
    if (!action.is_null()) {
      route["routeAction"] = std::move(action);
      return;
    }
    if (!told)
      fields.report().warning({fields.at("route"), "MissingField", "the route leads nowhere and answers 503", "",
                               "route, redirect or directResponse"});
    route["directResponseAction"] = {{"status", 503}};
    options = Json::object();
  }

  // One route for all matchers, but where a rewrite depends on how a path is matched.
  void add(Json route, Json options, std::vector<Matcher> all, Fields& rewrite_fields) {
    const bool by_pattern = rewrite_fields.has("uri") && std::any_of(all.begin(), all.end(), [](const Matcher& each) {
                              return each.path == Matcher::Path::kRegex;
                            });
    for (size_t i = 0; i < all.size(); ++i) {
      Json one = route;
      Json its_options = options;
      if (rewrite_fields.present() && !route.contains("directResponseAction") && !route.contains("redirectAction"))
        rewrite(rewrite_fields, all[i], its_options);
      if (!its_options.empty()) one["options"] = its_options;
      bool every = all[i].all();
      one["matchers"] = Json::array();
      for (size_t k = i; k < (by_pattern ? i + 1 : all.size()); ++k) {
        one["matchers"].push_back(all[k].json);
        if (all[k].path == Matcher::Path::kNone) one["matchers"].back()["prefix"] = "/";
        every = every || all[k].all();
      }
      if (by_pattern && all.size() > 1) one.erase("name");
      keep(std::move(one), every);
      if (!by_pattern) break;
    }
  }

  // After a route that takes all requests nothing else is ever reached.
  void keep(Json route, bool every) {
    if (!out_.last.empty()) return;
    (every ? out_.last : out_.first).push_back(std::move(route));
  }

  World& world_;
  const RoutePlace& place_;
  Derived& derived_;
  Destinations destinations_;
  HttpRoutes out_;
};

}  // namespace

HttpRoutes http_routes(Fields& spec, World& world, const RoutePlace& place, Derived& derived) {
  return Reader(world, place, derived).run(spec);
}

}  // namespace solder::plugins::istio

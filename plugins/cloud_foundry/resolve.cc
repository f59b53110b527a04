#include "resolve.h"

#include <algorithm>
#include <map>
#include <utility>

#include "solder/sdk/checked.hpp"

namespace solder::plugins::cloud_foundry {

using sdk::Json;

namespace {

constexpr uint64_t kDefaultPort = 8080;

// An instance, or a host at the router, under the name that tells it apart.
using Items = std::map<std::string, Json>;

class Resolver {
 public:
  Resolver(const World& world, const Wanted& wanted, const Router& router, const StatsOf& stats)
      : world_(world), wanted_(wanted), router_(router), stats_(stats) {}

  Resolution resolve() {
    if (!find_apps()) return std::move(out_);
    choose_route();
    if (way_ == Reach::kRouter) {
      by_router();
    } else {
      by_instances();
    }
    for (auto& [name, item] : items_) out_.items.push_back(std::move(item));
    return std::move(out_);
  }

 private:
  void trouble(std::string reason, std::string message, std::string expected = "", std::string field = "") {
    out_.troubles.push_back({std::move(reason), std::move(message), std::move(expected), std::move(field)});
  }

  // "the space prod of the org shop"
  [[nodiscard]] std::string place() const {
    std::string out;
    if (!wanted_.space.empty()) out = "the space " + wanted_.space;
    if (!wanted_.org.empty()) out += (out.empty() ? "the org " : " of the org ") + wanted_.org;
    return out.empty() ? "any space that may be read" : out;
  }

  [[nodiscard]] bool is_there(const Space& space) const {
    return (wanted_.space.empty() || space.name == wanted_.space) &&
           (wanted_.org.empty() || world_.org_of(space) == wanted_.org);
  }
  [[nodiscard]] bool is_there(const App& app) const {
    const auto space = world_.spaces.find(app.space);
    if (space == world_.spaces.end()) return wanted_.space.empty() && wanted_.org.empty();
    return is_there(space->second);
  }

  // The apps meant; false: there is nothing more to do.
  bool find_apps() { return wanted_.app.empty() ? find_by_route() : find_by_name(); }

  // What is not listed is gone, or may not be read: of a space that is listed the apps are known.
  bool find_by_name() {
    const auto [begin, end] = world_.apps_by_name.equal_range(wanted_.app);
    for (auto at = begin; at != end; ++at) {
      if (is_there(world_.apps.at(at->second))) apps_.push_back(at->second);
    }
    if (apps_.size() == 1) {
      out_.known = true;
      return is_started();
    }
    if (apps_.size() > 1) {
      trouble("AmbiguousApp",
              "there are " + std::to_string(apps_.size()) + " apps " + wanted_.app + " in " + place() +
                  "; what was found before stays",
              "the org and the space of one of them", "/app");
      return false;
    }
    const bool readable = std::any_of(world_.spaces.begin(), world_.spaces.end(),
                                      [this](const auto& each) { return is_there(each.second); });
    if (!readable) {
      trouble("SpaceNotFound",
              place() + " is not there, or may not be read by whoever asks; what was found before stays",
              "a role such as space auditor in it", wanted_.space.empty() ? "/org" : "/space");
      return false;
    }
    out_.known = true;
    trouble("AppNotFound", "there is no app " + wanted_.app + " in " + place(), "the name of an app", "/app");
    return false;
  }

  bool is_started() {
    if (world_.apps.at(apps_[0]).started) return true;
    trouble("AppStopped", "the app " + wanted_.app + " is stopped", "cf start " + wanted_.app, "/app");
    return false;
  }

  bool find_by_route() {
    if (world_.routes_by_url.count(wanted_.route) != 0) {
      out_.known = true;
      return true;
    }
    trouble("RouteNotFound",
            "the route " + wanted_.route + " is not there, or may not be read; what was found before stays",
            "a route as `cf routes` shows it", "/route");
    return false;
  }

  [[nodiscard]] bool leads(const Destination& to) const {
    return (apps_.empty() || to.app == apps_[0]) && (wanted_.process.empty() || to.process == wanted_.process);
  }

  [[nodiscard]] std::vector<const Route*> routes() const {
    std::map<std::string, const Route*> by_url;
    const auto take = [&](const std::string& guid) {
      const Route& route = world_.routes.at(guid);
      const bool named = wanted_.route.empty() || route.url == wanted_.route;
      const auto& to = route.destinations;
      const bool leads_there = std::any_of(to.begin(), to.end(), [&](const Destination& each) { return leads(each); });
      if (named && leads_there) by_url.emplace(route.url, &route);
    };
    if (apps_.empty()) {
      const auto [begin, end] = world_.routes_by_url.equal_range(wanted_.route);
      for (auto at = begin; at != end; ++at) take(at->second);
    } else {
      const auto [begin, end] = world_.routes_by_app.equal_range(apps_[0]);
      for (auto at = begin; at != end; ++at) take(at->second);
    }
    std::vector<const Route*> out;
    for (const auto& [url, route] : by_url) out.push_back(route);
    return out;
  }

  // The first by its url: internal ones before others, http before tcp.
  void choose_route() {
    way_ = wanted_.reach;
    for (const Route* each : routes()) {
      const bool internal = world_.is_internal(*each);
      if (way_ == Reach::kInternalRoute && !internal) continue;
      if (way_ == Reach::kRouter && internal) continue;
      if (route_ == nullptr || rank(*each) < rank(*route_)) route_ = each;
    }
    if (way_ == Reach::kAuto && route_ != nullptr)
      way_ = world_.is_internal(*route_) ? Reach::kInternalRoute : Reach::kRouter;
    if (way_ == Reach::kAuto) way_ = Reach::kRouter;
  }
  [[nodiscard]] int rank(const Route& route) const { return world_.is_internal(route) ? 0 : route.tcp ? 2 : 1; }

  void no_route() {
    const char* which = wanted_.reach == Reach::kInternalRoute ? "internal route" : "route";
    if (wanted_.app.empty()) {
      return trouble("RouteNotFound", "the route " + wanted_.route + " leads to no app on the way that is asked for",
                     "cf map-route, or another way in `reach`", "/route");
    }
    trouble("RouteNotFound",
            "the app " + wanted_.app + " has no " + which + (wanted_.route.empty() ? "" : " " + wanted_.route) +
                " that leads there",
            wanted_.reach == Reach::kInternalRoute
                ? "cf map-route " + wanted_.app + " apps.internal --hostname " + wanted_.app
                : "cf map-route, or reach: CONTAINER",
            wanted_.route.empty() ? "/app" : "/route");
  }

  void by_router() {
    if (route_ == nullptr) return no_route();
    // Without an app that runs the router knows no such host.
    const bool runs = std::any_of(route_->destinations.begin(), route_->destinations.end(), [&](const Destination& to) {
      const auto app = world_.apps.find(to.app);
      return leads(to) && (app == world_.apps.end() || app->second.started);
    });
    if (!runs) return trouble("AppStopped", "no app behind the route " + route_->url + " is started", "", "/route");
    const std::string host = world_.full_host(*route_);
    Json item{{"id", route_->url}, {"address", router_.address.empty() ? host : router_.address}};
    if (route_->tcp) {
      item["port"] = route_->port;
    } else {
      item.update({{"port", router_.port}, {"host", host}, {"routed", true}});
      if (router_.tls) item["tls"] = true;
    }
    items_[route_->url] = std::move(item);
  }

  void by_instances() {
    if (route_ == nullptr && way_ == Reach::kInternalRoute) return no_route();
    std::vector<Destination> to;
    if (route_ != nullptr) {
      std::copy_if(route_->destinations.begin(), route_->destinations.end(), std::back_inserter(to),
                   [this](const Destination& each) { return leads(each); });
    } else if (!apps_.empty() && wanted_.route.empty()) {
      to.push_back({apps_[0], wanted_.process.empty() ? "web" : wanted_.process, kDefaultPort});
    }
    if (to.empty()) return no_route();
    for (Destination& each : to) {
      if (wanted_.port != 0) each.port = wanted_.port;
      by_processes(each);
    }
    if (items_.empty() && out_.known && out_.troubles.empty())
      trouble("NoInstances", "no instance of " + whom() + " is running" + (states_.empty() ? "" : ": " + states_),
              "cf app, cf logs", "");
  }

  [[nodiscard]] std::string whom() const {
    return wanted_.app.empty() ? "the apps behind " + wanted_.route : "the app " + wanted_.app;
  }

  // While an app is deployed anew it has two processes of a type.
  void by_processes(const Destination& to) {
    const auto app = world_.apps.find(to.app);
    if (app != world_.apps.end() && !app->second.started) return;
    bool any = false;
    const auto [begin, end] = world_.processes_by_app.equal_range(to.app);
    for (auto at = begin; at != end; ++at) {
      if (world_.processes.at(at->second).type != to.process) continue;
      any = true;
      out_.processes.push_back(at->second);
      by_process(to, at->second);
    }
    // Behind a shared route there may be apps of a space that may not be read: their name is known all the same.
    if (!any && app == world_.apps.end()) {
      way_ == Reach::kInternalRoute ? by_name_alone(to) : unreadable();
    } else if (!any) {
      trouble("ProcessNotFound", "the app " + app->second.name + " has no process " + to.process,
              "a type of process, such as web", "/process");
    }
  }

  void unreadable() {
    out_.known = false;
    trouble("SpaceNotFound", "apps behind the route " + route_->url + " may not be read; what was found before stays",
            "a role such as space auditor in their space", "/route");
  }

  // All instances together: the platform's DNS answers with the addresses of those that run.
  void by_name_alone(const Destination& to) {
    const std::string host = world_.full_host(*route_);
    items_[host] = {{"id", host}, {"address", host}, {"port", to.port}};
  }

  void by_process(const Destination& to, const std::string& guid) {
    const Stats& stats = stats_(guid);
    if (!stats.wrong.empty() && stats.state != Stats::State::kRefused) {
      trouble("ReadFailed",
              "the instances of " + whom() + " cannot be read; what was found before stays: " + stats.wrong);
    }
    if (stats.state == Stats::State::kUnasked) {
      out_.known = false;
      return;
    }
    if (stats.state == Stats::State::kRefused) {
      trouble("AccessDenied",
              "the instances of " + whom() + " may not be read" +
                  (way_ == Reach::kInternalRoute ? ": " : "; what was found before stays: ") + stats.wrong,
              "a role such as space auditor in its space", "/space");
      if (way_ == Reach::kInternalRoute) return by_name_alone(to);
      out_.known = false;
      return;
    }
    for (const Instance& instance : stats.instances) {
      if (instance.serves()) {
        by_instance(to, guid, instance);
      } else {
        states_ += (states_.empty() ? "" : ", ") + std::to_string(instance.index) + " is " +
                   (instance.state == "RUNNING" ? "not ready" : instance.state);
      }
    }
  }

  void by_instance(const Destination& to, const std::string& guid, const Instance& instance) {
    const std::string index = std::to_string(instance.index);
    if (way_ == Reach::kInternalRoute) {
      const std::string host = index + "." + world_.full_host(*route_);
      items_[host] = {{"id", host}, {"address", host}, {"port", to.port}};
      return;
    }
    std::string address = instance.internal_ip;
    uint64_t port = to.port;
    if (way_ == Reach::kCell) {
      const auto at = std::find_if(instance.ports.begin(), instance.ports.end(),
                                   [&](const InstancePort& each) { return each.internal == to.port; });
      const bool mapped = at != instance.ports.end();
      address = instance.host;
      port = !mapped ? 0 : at->external != 0 ? at->external : at->external_tls;
    }
    if (!sdk::is_ip_address(address) || port == 0) {
      return trouble(
          "NoAddress",
          "the Cloud Controller does not say where the instance " + index + " of " + whom() + " is, and it is left out",
          "a role such as space developer, whom it says so", "/reach");
    }
    const std::string id = guid + "/" + index;
    items_[id] = {{"id", id}, {"address", address}, {"port", port}};
  }

  const World& world_;
  const Wanted& wanted_;
  const Router& router_;
  const StatsOf& stats_;
  Resolution out_;
  std::vector<std::string> apps_;  // one; none: those behind the route
  Reach way_ = Reach::kAuto;
  const Route* route_ = nullptr;
  Items items_;
  std::string states_;
};

}  // namespace

Resolution resolve(const World& world, const Wanted& wanted, const Router& router, const StatsOf& stats) {
  return Resolver(world, wanted, router, stats).resolve();
}

}  // namespace solder::plugins::cloud_foundry

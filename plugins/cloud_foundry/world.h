// What the Cloud Controller says there is: spaces in organizations, apps, their routes and processes, and the instances
// of a process. Source: the published description of its v3 API. Tested by tests/unit/cloud_foundry/world_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "solder/sdk/json.hpp"

namespace solder::plugins::cloud_foundry {

struct Organization {
  std::string name;

  bool operator==(const Organization&) const = default;
};
struct Space {
  std::string name, org;

  bool operator==(const Space&) const = default;
};
struct App {
  std::string name, space;
  bool started = false;

  bool operator==(const App&) const = default;
};
struct Domain {
  std::string name;
  bool internal = false;

  bool operator==(const Domain&) const = default;
};
struct Destination {
  std::string app, process;
  uint64_t port = 8080;
  bool http2 = false;

  bool operator==(const Destination&) const = default;
};
struct Route {
  std::string host, path, domain, url;  // the url without a scheme: "shop.example.org/cart", "tcp.example.org:1024"
  bool tcp = false;
  uint64_t port = 0;  // where tcp
  std::vector<Destination> destinations;

  bool operator==(const Route&) const = default;
};
struct Process {
  std::string type, app, updated;

  bool operator==(const Process&) const = default;
};

// All by guid.
struct World {
  std::map<std::string, Organization> orgs;
  std::map<std::string, Space> spaces;
  std::map<std::string, App> apps;
  std::map<std::string, Domain> domains;
  std::map<std::string, Route> routes;
  std::map<std::string, Process> processes;
  // What follows from these, by index().
  std::multimap<std::string, std::string> apps_by_name, routes_by_app, routes_by_url, processes_by_app;

  void index();
  [[nodiscard]] const std::string& org_of(const Space& space) const;  // its name
  [[nodiscard]] bool is_internal(const Route& route) const;
  [[nodiscard]] std::string full_host(const Route& route) const;  // "shop.apps.internal"
};

// The lists that make a world, one after the other.
enum class List { kSpaces, kApps, kRoutes, kProcesses };
inline constexpr std::array kLists = {List::kSpaces, List::kApps, List::kRoutes, List::kProcesses};
const char* name_of(List list);  // "spaces"
// "/v3/spaces?include=organization&…": the first page. `apps`: a label selector for the list of apps.
std::string first_page(List list, const std::string& apps);

struct Page {
  std::string next;             // the whole address of the next one; empty: this was the last
  std::set<std::string> guids;  // of what stood on it
};
// Into `world`. Nothing: this is no such list.
std::optional<Page> read_page(List list, std::string_view body, World& world);
// What that list made of `from` in the place of what it made of `into`. True where that is something else.
bool replace(List list, World& into, World& from);

struct InstancePort {
  uint64_t internal = 0, external = 0, external_tls = 0, internal_tls = 0;  // 0: none

  bool operator==(const InstancePort&) const = default;
};
struct Instance {
  uint64_t index = 0;
  std::string state;     // "RUNNING", "STARTING", "CRASHED", "DOWN"
  bool routable = true;  // false: its readiness check says so
  std::string host, internal_ip;
  std::vector<InstancePort> ports;

  bool operator==(const Instance&) const = default;
  [[nodiscard]] bool serves() const { return state == "RUNNING" && routable; }
};
// The stats of a process, by index. Nothing: this is no such answer.
std::optional<std::vector<Instance>> read_instances(std::string_view body);

}  // namespace solder::plugins::cloud_foundry

#include "world.h"

#include <algorithm>
#include <utility>

#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::cloud_foundry {

using sdk::find;
using sdk::get_string;
using sdk::Json;

namespace {

constexpr const char* kPage = "per_page=500&order_by=created_at";

const Json& member(const Json& object, const char* name) {
  static const Json kNone = Json::object();
  const Json* value = object.is_object() ? find(object, name) : nullptr;
  return value != nullptr ? *value : kNone;
}

std::string guid_of(const Json& object) { return object.is_object() ? get_string(object, "guid") : ""; }

// relationships.<name>.data.guid
std::string related(const Json& object, const char* name) {
  return guid_of(member(member(member(object, "relationships"), name), "data"));
}

uint64_t port_of(const Json& object, const char* name) {
  const uint64_t port = sdk::get_uint(object, name).value_or(0);
  return port <= 65535 ? port : 0;
}

Destination read_destination(const Json& json) {
  Destination out;
  const Json& app = member(json, "app");
  out.app = guid_of(app);
  out.process = get_string(member(app, "process"), "type");
  if (out.process.empty()) out.process = "web";
  if (const uint64_t port = port_of(json, "port"); port != 0) out.port = port;
  out.http2 = get_string(json, "protocol") == "http2";
  return out;
}

Route read_route(const Json& json) {
  Route out;
  out.host = get_string(json, "host");
  out.path = get_string(json, "path");
  out.domain = related(json, "domain");
  out.url = get_string(json, "url");
  out.tcp = get_string(json, "protocol") == "tcp";
  out.port = port_of(json, "port");
  const Json& list = member(json, "destinations");
  for (const Json& each : list.is_array() ? list : Json::array()) {
    if (each.is_object()) out.destinations.push_back(read_destination(each));
  }
  return out;
}

void read_one(List list, const std::string& guid, const Json& json, World& world) {
  switch (list) {
    case List::kSpaces:
      world.spaces[guid] = {get_string(json, "name"), related(json, "organization")};
      break;
    case List::kApps:
      world.apps[guid] = {get_string(json, "name"), related(json, "space"), get_string(json, "state") == "STARTED"};
      break;
    case List::kRoutes:
      world.routes[guid] = read_route(json);
      break;
    case List::kProcesses: {
      std::string app = related(json, "app");
      if (app.empty()) {  // older ones say it in a link alone
        const std::string link = get_string(member(member(json, "links"), "app"), "href");
        app = link.substr(link.rfind('/') + 1);
      }
      world.processes[guid] = {get_string(json, "type"), std::move(app), get_string(json, "updated_at")};
      break;
    }
  }
}

void read_included(const Json& included, World& world) {
  const Json& orgs = member(included, "organizations");
  for (const Json& each : orgs.is_array() ? orgs : Json::array()) {
    if (const std::string guid = guid_of(each); !guid.empty()) world.orgs[guid] = {get_string(each, "name")};
  }
  const Json& domains = member(included, "domains");
  for (const Json& each : domains.is_array() ? domains : Json::array()) {
    if (const std::string guid = guid_of(each); !guid.empty())
      world.domains[guid] = {get_string(each, "name"), sdk::get_bool(each, "internal").value_or(false)};
  }
}

template <typename Map>
bool move_over(Map& into, Map& from) {
  if (into == from) return false;
  into = std::move(from);
  return true;
}

}  // namespace

const char* name_of(List list) {
  static constexpr std::array kNames = {"spaces", "apps", "routes", "processes"};
  return kNames[static_cast<size_t>(list)];
}

std::string first_page(List list, const std::string& apps) {
  std::string out = std::string("/v3/") + name_of(list) + "?" + kPage;
  if (list == List::kSpaces) out += "&include=organization";
  if (list == List::kRoutes) out += "&include=domain";
  if (list == List::kApps && !apps.empty()) out += "&label_selector=" + sdk::percent_encoded(apps);
  return out;
}

std::optional<Page> read_page(List list, std::string_view body, World& world) {
  const Json json = sdk::parse_json(body);
  const Json& resources = member(json, "resources");
  if (!resources.is_array() || !member(json, "pagination").is_object()) return std::nullopt;
  Page page;
  page.next = get_string(member(member(json, "pagination"), "next"), "href");
  for (const Json& each : resources) {
    const std::string guid = guid_of(each);
    if (guid.empty()) return std::nullopt;
    page.guids.insert(guid);
    read_one(list, guid, each, world);
  }
  read_included(member(json, "included"), world);
  return page;
}

bool replace(List list, World& into, World& from) {
  switch (list) {
    case List::kSpaces: {
      const bool orgs = move_over(into.orgs, from.orgs);
      return move_over(into.spaces, from.spaces) || orgs;
    }
    case List::kApps:
      return move_over(into.apps, from.apps);
    case List::kRoutes: {
      const bool domains = move_over(into.domains, from.domains);
      return move_over(into.routes, from.routes) || domains;
    }
    case List::kProcesses:
      return move_over(into.processes, from.processes);
  }
  return false;
}

void World::index() {
  apps_by_name.clear();
  routes_by_app.clear();
  routes_by_url.clear();
  processes_by_app.clear();
  for (const auto& [guid, app] : apps) apps_by_name.emplace(app.name, guid);
  for (const auto& [guid, process] : processes) processes_by_app.emplace(process.app, guid);
  for (const auto& [guid, route] : routes) {
    routes_by_url.emplace(route.url, guid);
    std::set<std::string> of;
    for (const Destination& each : route.destinations) of.insert(each.app);
    for (const std::string& app : of) routes_by_app.emplace(app, guid);
  }
}

const std::string& World::org_of(const Space& space) const {
  static const std::string kNone;
  const auto at = orgs.find(space.org);
  return at == orgs.end() ? kNone : at->second.name;
}

bool World::is_internal(const Route& route) const {
  const auto at = domains.find(route.domain);
  return at != domains.end() && at->second.internal;
}

std::string World::full_host(const Route& route) const {
  const auto at = domains.find(route.domain);
  // What the url says where the domain may not be read: its host, without path and port.
  const std::string domain = at == domains.end() ? "" : at->second.name;
  if (domain.empty()) return route.url.substr(0, route.url.find_first_of("/:"));
  return route.host.empty() ? domain : route.host + "." + domain;
}

std::optional<std::vector<Instance>> read_instances(std::string_view body) {
  const Json json = sdk::parse_json(body);
  const Json& resources = member(json, "resources");
  if (!resources.is_array()) return std::nullopt;
  std::vector<Instance> out;
  for (const Json& each : resources) {
    if (!each.is_object() || !sdk::get_uint(each, "index")) return std::nullopt;
    Instance instance;
    instance.index = *sdk::get_uint(each, "index");
    instance.state = get_string(each, "state");
    instance.routable = sdk::get_bool(each, "routable").value_or(true);
    instance.host = get_string(each, "host");
    instance.internal_ip = get_string(each, "instance_internal_ip");
    const Json& ports = member(each, "instance_ports");
    for (const Json& port : ports.is_array() ? ports : Json::array()) {
      if (!port.is_object()) continue;
      instance.ports.push_back({port_of(port, "internal"), port_of(port, "external"),
                                port_of(port, "external_tls_proxy_port"), port_of(port, "internal_tls_proxy_port")});
    }
    out.push_back(std::move(instance));
  }
  std::sort(out.begin(), out.end(), [](const Instance& a, const Instance& b) { return a.index < b.index; });
  return out;
}

}  // namespace solder::plugins::cloud_foundry

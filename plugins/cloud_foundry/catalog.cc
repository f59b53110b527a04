#include "catalog.h"

#include <algorithm>
#include <set>
#include <utility>

namespace solder::plugins::cloud_foundry {

using sdk::Json;

namespace {

constexpr size_t kMostProblems = 90, kLongestName = 200, kShortGuid = 8;
constexpr auto kGather = std::chrono::milliseconds(20);

bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

// "My Org" → "my-org": as names of objects are spelled.
std::string spelled(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      out += c;
    } else if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

// The app is reached by an internal route, and there speaks HTTP/2.
bool speaks_http2(const World& world, const std::string& app) {
  const auto [begin, end] = world.routes_by_app.equal_range(app);
  bool any = false;
  for (auto at = begin; at != end; ++at) {
    const Route& route = world.routes.at(at->second);
    if (!world.is_internal(route)) continue;
    for (const Destination& each : route.destinations) {
      if (each.app == app && !each.http2) return false;
      any = any || each.app == app;
    }
  }
  return any;
}

Json upstream_of(const World& world, const Foundation& foundation, const std::string& guid, const std::string& name) {
  const App& app = world.apps.at(guid);
  const Space& space = world.spaces.at(app.space);
  Json of{{"foundation", foundation.name}, {"org", world.org_of(space)}, {"space", space.name}, {"app", app.name}};
  Json spec{{"cloudFoundry", std::move(of)}};
  if (speaks_http2(world, guid)) spec["useHttp2"] = true;
  return {{"apiVersion", "gloo.solo.io/v1"},
          {"kind", "Upstream"},
          {"metadata",
           {{"name", name},
            {"namespace", foundation.upstreams->write_namespace},
            {"labels", {{"discovered_by", "cloud_foundry"}}}}},
          {"spec", std::move(spec)}};
}

}  // namespace

std::map<std::string, std::string> upstreams_of(const World& world, const Foundation& foundation) {
  const UpstreamDiscovery& how = *foundation.upstreams;
  std::map<std::string, std::vector<std::string>> by_name;
  for (const auto& [guid, app] : world.apps) {
    const auto space = world.spaces.find(app.space);
    if (space == world.spaces.end()) continue;
    const std::string& org = world.org_of(space->second);
    if (!is_among(how.orgs, org) || !is_among(how.spaces, space->second.name)) continue;
    const std::string name = foundation.name + "-" + org + "-" + space->second.name + "-" + app.name;
    by_name[spelled(name).substr(0, kLongestName)].push_back(guid);
  }
  std::map<std::string, std::string> out;
  for (const auto& [name, guids] : by_name) {
    for (const std::string& guid : guids) {
      // Those whose names are spelled alike are told apart by what they are.
      const std::string own = guids.size() == 1 ? name : name + "-" + spelled(guid.substr(0, kShortGuid));
      out[how.write_namespace + "/" + own] =
          upstream_of(world, foundation, guid, own).dump(-1, ' ', false, Json::error_handler_t::replace);
    }
  }
  return out;
}

Catalog::Catalog(const sdk::Host& host, const Settings& settings)
    : host_(host), settings_(settings), objects_(host), timer_(host) {}

void Catalog::start() {
  for (const Foundation& each : settings_.foundations) {
    if (each.upstreams) sources_.emplace_back();
  }
  size_t i = 0;
  for (const Foundation& each : settings_.foundations) {
    if (!each.upstreams) continue;
    Source& source = sources_[i++];
    Foundation own = each;
    own.requests_per_minute = share_of(each);
    source.controller = std::make_unique<Controller>(
        host_, std::move(own),
        Controller::Ends{[this, &source] { listed(source); }, [](const std::string&) {}, [this] { changed(); }});
    source.controller->start();
  }
}

void Catalog::listed(Source& source) {
  if (!source.controller->is_known()) return changed();
  auto now = upstreams_of(source.controller->world(), source.controller->foundation());
  std::swap(now, source.upstreams);
  for (const auto& [name, json] : source.upstreams) {
    const auto before = now.find(name);
    if (before == now.end() || before->second != json) objects_.put(json);
  }
  for (const auto& [name, json] : now) {
    const size_t slash = name.find('/');
    if (source.upstreams.count(name) == 0) objects_.remove({"Upstream", name.substr(0, slash), name.substr(slash + 1)});
  }
  changed();
}

// Looked at from a timer: who tells of a change may be in the middle of it.
void Catalog::changed() {
  if (!timer_.pending()) timer_.start(kGather, [this] { settle(); });
}

void Catalog::settle() {
  report();
  const auto all = [this](auto&& is) {
    return std::all_of(sources_.begin(), sources_.end(), [&](const Source& each) { return is(*each.controller); });
  };
  const bool known = all([](const Controller& each) { return each.is_known(); });
  if (known && !std::exchange(whole_, true)) put_all();
  if (complete_ || !all([](const Controller& each) { return each.is_settled() || each.is_known(); })) return;
  complete_ = true;
  if (!known) objects_.keep("Upstream", "");  // apps that cannot be listed now are not gone
  objects_.complete();
}

// What an earlier run of Solder found and is not there any more goes.
void Catalog::put_all() {
  objects_.begin("Upstream", "");
  for (const Source& source : sources_) {
    for (const auto& [name, json] : source.upstreams) objects_.put(json);
  }
  objects_.end("Upstream", "");
}

void Catalog::report() {
  std::set<Trouble> all;
  std::vector<std::string> words;
  for (const Source& source : sources_) {
    for (Trouble each : source.controller->troubles()) {
      each.message = "foundation " + source.controller->foundation().name + ": " + each.message;
      all.insert(std::move(each));
    }
  }
  std::string told;
  std::vector<sdk::Problem> problems;
  for (const Trouble& each : all) {
    told += each.reason + "\n" + each.message + "\n";
    if (problems.size() < kMostProblems) problems.push_back({"", each.reason, each.message, "", each.expected});
  }
  if (told == reported_) return;
  reported_ = std::move(told);
  objects_.report(problems);
}

}  // namespace solder::plugins::cloud_foundry

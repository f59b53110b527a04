#include "discovery.h"

#include <algorithm>
#include <utility>

namespace solder::plugins::cloud_foundry {

using sdk::Json;

namespace {

constexpr size_t kMostTroubles = 10;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Discovery::Discovery(const sdk::Host& host, const Settings& settings)
    : host_(host), settings_(settings), publisher_(host) {}

void Discovery::follow(const sdk::UpstreamInput& in) {
  const std::string name = sdk::to_string(in.upstream);
  const Wanted wanted = read_wanted(sdk::parse_json(in.json));
  // What is wrong with it is said where the cluster is made.
  auto foundation = foundation_of(wanted, settings_, nullptr);
  if (foundation && foundation->upstreams) {
    // Those who look for upstreams ask by themselves: half of the requests are theirs.
    foundation->requests_per_minute = share_of(*foundation);
    foundation->upstreams.reset();
  }
  const auto before = followed_.find(name);
  if (before != followed_.end() && foundation && before->second.foundation == *foundation)
    return follow_on(before->second, wanted);
  forget(in.upstream);
  publisher_.report(in.upstream, {});
  if (!foundation) return;
  Followed& followed = followed_[name];
  followed = {std::string(in.upstream.kind),
              std::string(in.upstream.ns),
              std::string(in.upstream.name),
              wanted,
              *foundation,
              {},
              {},
              {},
              {}};
  Asked& asked = asked_[*foundation];
  asked.followers.insert(name);
  if (!asked.controller) {
    const Foundation& key = followed.foundation;
    asked.controller = std::make_unique<Controller>(
        host_, key,
        Controller::Ends{[this, key] { listed(key); }, [this, key](const std::string& process) { heard(key, process); },
                         [this, key] { troubled(key); }});
    return asked.controller->start();
  }
  look(asked, followed);
  want(asked);
}

// Whom to ask is the same as before, and so is how often: an edit gives nobody more requests.
void Discovery::follow_on(Followed& followed, const Wanted& wanted) {
  Asked& asked = asked_.at(followed.foundation);
  followed.reported = "?";  // by somebody else meanwhile
  if (followed.wanted == wanted) {
    // Its Secret is another one, or something of it that is not looked at.
    report(asked, followed);
    return asked.controller->look_again();
  }
  followed.wanted = wanted;
  followed.troubles.clear();
  look(asked, followed);
  want(asked);
}

void Discovery::forget(const sdk::Ref& ref) {
  const auto at = followed_.find(sdk::to_string(ref));
  if (at == followed_.end()) return;
  const auto asked = asked_.find(at->second.foundation);
  asked->second.followers.erase(at->first);
  followed_.erase(at);
  if (asked->second.followers.empty()) {
    asked_.erase(asked);
  } else {
    want(asked->second);
  }
}

void Discovery::listed(const Foundation& foundation) {
  Asked& asked = asked_.at(foundation);
  for (const auto& name : asked.followers) look(asked, followed_.at(name));
  want(asked);
}

void Discovery::heard(const Foundation& foundation, const std::string& process) {
  Asked& asked = asked_.at(foundation);
  const auto at = asked.by_process.find(process);
  if (at == asked.by_process.end()) return;
  for (const auto& name : at->second) look(asked, followed_.at(name));
}

void Discovery::troubled(const Foundation& foundation) {
  const Asked& asked = asked_.at(foundation);
  for (const auto& name : asked.followers) report(asked, followed_.at(name));
}

// Which processes' instances all of its followers together want to know.
void Discovery::want(Asked& asked) {
  asked.by_process.clear();
  std::set<std::string> all;
  for (const auto& name : asked.followers) {
    for (const auto& process : followed_.at(name).processes) {
      asked.by_process[process].insert(name);
      all.insert(process);
    }
  }
  asked.controller->want(all);
}

void Discovery::look(Asked& asked, Followed& followed) {
  const Controller& controller = *asked.controller;
  if (!controller.is_known()) return report(asked, followed);
  Resolution found =
      resolve(controller.world(), followed.wanted, followed.foundation.router,
              [&controller](const std::string& process) -> const Stats& { return controller.stats(process); });
  followed.processes = {found.processes.begin(), found.processes.end()};
  followed.troubles = std::move(found.troubles);
  report(asked, followed);
  if (!found.known) {
    // What was found for what the upstream meant before an edit is none of what it means now.
    const bool of_another = followed.published_for && *followed.published_for != followed.wanted;
    if (found.troubles.empty() || !of_another) return;
    found.items = Json::array();
  }
  std::string json = text_of(found.items);
  if (json == followed.published) {
    followed.published_for = followed.wanted;
    return;
  }
  if (publisher_.list(followed.ref(), "/spec/cloudFoundry/instances", "id", json) != SOLDER_OK) return;
  followed.published = std::move(json);
  followed.published_for = followed.wanted;
}

void Discovery::report(const Asked& asked, Followed& followed) {
  std::vector<Trouble> troubles = asked.controller->troubles();
  troubles.insert(troubles.end(), followed.troubles.begin(), followed.troubles.end());
  std::sort(troubles.begin(), troubles.end());
  troubles.erase(std::unique(troubles.begin(), troubles.end()), troubles.end());
  if (troubles.size() > kMostTroubles) troubles.resize(kMostTroubles);
  std::string all;
  std::vector<sdk::Problem> problems;
  std::vector<std::string> fields;
  for (const Trouble& each : troubles) fields.push_back("/spec/cloudFoundry" + each.field);
  for (size_t i = 0; i < troubles.size(); ++i) {
    const Trouble& each = troubles[i];
    all += each.reason + "\n" + fields[i] + "\n" + each.message + "\n" + each.expected + "\n";
    problems.push_back({.field = fields[i], .reason = each.reason, .message = each.message, .expected = each.expected});
  }
  if (all == followed.reported) return;
  followed.reported = std::move(all);
  publisher_.report(followed.ref(), problems);
}

}  // namespace solder::plugins::cloud_foundry

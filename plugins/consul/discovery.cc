#include "discovery.h"

#include <algorithm>
#include <utility>

namespace solder::plugins::consul {

using sdk::Json;

namespace {

bool has(const std::vector<std::string>& paths, const std::string& path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

}  // namespace

Discovery::Discovery(const sdk::Host& host, const Settings& settings)
    : host_(host), settings_(settings), api_(host, settings_), publisher_(host) {}

void Discovery::follow(const sdk::Ref& upstream, std::string_view json) {
  // Whom the changed one asks about too goes on waiting for its answer.
  const std::string name = sdk::to_string(upstream);
  std::vector<std::string> before;
  if (const auto at = followed_.find(name); at != followed_.end()) before = std::move(at->second.watches);
  followed_.erase(name);
  begin(upstream, json);
  const auto now = followed_.find(name);
  for (const auto& path : before) {
    if (now == followed_.end() || !has(now->second.watches, path)) leave(path, name);
  }
}

void Discovery::begin(const sdk::Ref& upstream, std::string_view json) {
  UpstreamSpec spec(sdk::parse_json(json), settings_.consistency);
  publisher_.report(upstream, {});
  if (spec.service.empty()) return;  // that is said where the cluster is made
  const std::string name = sdk::to_string(upstream);
  std::vector<std::string> data_centers = spec.data_centers;
  if (data_centers.empty()) data_centers.push_back(settings_.data_center);
  auto& followed =
      followed_
          .emplace(
              name,
              Followed{
                  std::string(upstream.kind), std::string(upstream.ns), std::string(upstream.name), spec, {}, {}, {}})
          .first->second;
  std::vector<ServiceWatch*> begun;
  for (const auto& data_center : data_centers) {
    const Question question = question_of(spec, data_center);
    const std::string path = question.url(false);
    followed.watches.push_back(path);
    auto& watch = watches_[path];
    if (!watch) {
      watch = std::make_unique<ServiceWatch>(host_, api_, question, spec.service, [this, path] { changed(path); });
      begun.push_back(watch.get());
    }
    watch->followers.insert(name);
  }
  for (ServiceWatch* watch : begun) watch->start();
  look(followed);
}

void Discovery::forget(const sdk::Ref& ref) {
  const auto at = followed_.find(sdk::to_string(ref));
  if (at == followed_.end()) return;
  for (const auto& path : at->second.watches) leave(path, at->first);
  followed_.erase(at);
}

void Discovery::leave(const std::string& path, const std::string& name) {
  const auto watch = watches_.find(path);
  if (watch == watches_.end()) return;  // a data center that is named twice
  watch->second->followers.erase(name);
  if (watch->second->followers.empty()) watches_.erase(watch);
}

void Discovery::changed(const std::string& path) {
  const auto watch = watches_.find(path);
  if (watch == watches_.end()) return;
  for (const auto& name : watch->second->followers) look(followed_.at(name));
}

void Discovery::look(Followed& followed) {
  report(followed);
  Json items = Json::array();
  bool heard = false;
  for (const auto& path : followed.watches) {
    const ServiceWatch& watch = *watches_.at(path);
    if (!watch.instances() && !watch.given_up()) return;
    if (!watch.instances()) continue;
    heard = true;
    for (const Instance& instance : *watch.instances()) {
      if (is_of(instance, followed.spec)) items.push_back(item_of(instance));
    }
  }
  if (!heard) return;
  std::string json = items.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (json == followed.published) return;
  if (publisher_.list(followed.ref(), "/spec/consul/instances", "id", json) == SOLDER_OK)
    followed.published = std::move(json);
}

void Discovery::report(Followed& followed) {
  std::vector<sdk::Problem> problems;
  std::vector<std::string> words;
  std::vector<Trouble> troubles;
  for (const auto& path : followed.watches) {
    if (const auto& trouble = watches_.at(path)->trouble()) troubles.push_back(*trouble);
  }
  for (const Trouble& trouble : troubles)
    words.push_back("its instances cannot be told; those found before stay: " + trouble.message);
  std::string all;
  for (size_t i = 0; i < troubles.size(); ++i) {
    all += words[i] + "\n" + troubles[i].expected + "\n";
    problems.push_back(
        {.field = "/spec/consul", .reason = "DiscoveryFailed", .message = words[i], .expected = troubles[i].expected});
  }
  if (all == followed.reported) return;
  followed.reported = std::move(all);
  publisher_.report(followed.ref(), problems);
}

}  // namespace solder::plugins::consul

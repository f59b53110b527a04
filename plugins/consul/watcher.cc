#include "watcher.h"

#include <algorithm>
#include <set>
#include <utility>

#include "kv_writer.h"

namespace solder::plugins::consul {

namespace {

constexpr auto kGatherServices = std::chrono::milliseconds(50);
constexpr size_t kMaxProblems = 90;

}  // namespace

Watcher::Watcher(const sdk::Host& host, const Settings& settings)
    : host_(host),
      settings_(settings),
      api_(host, settings_),
      objects_(host),
      look_timer_(host),
      report_timer_(host),
      statuses_(host, api_,
                settings_.lease && sdk::offers_lease(host) ? &lock_.emplace(host, api_, [this] { lease_changed(); })
                                                           : nullptr,
                [this] { changed(); }),
      strays_(host, api_, [this] { changed(); }),
      ends_{[this] { changed(); }, [this](const std::string& kind, const ObjectName& name,
                                          bool there) { statuses_.told(kind, name, there); }} {
  if (lock_) keep_lease();
}

void Watcher::keep_lease() {
  const std::string prefix = kind_prefix(settings_.own_root(), kSharedVersion, kSharedKind);
  shared_.emplace(host_, api_, *lock_, prefix + settings_.write_namespace + "/", [this] { changed(); });
  shared_ends_ = {[this] { changed(); }, [](const std::string&, const ObjectName&, bool) {},
                  [this](const ObjectName& name, uint64_t modified, std::string_view value) {
                    if (name.ns == settings_.write_namespace) shared_->read(name.name, modified, value);
                  }};
  shared_entries_.emplace(host_, api_, objects_, shared_ends_, settings_.own_root(), kSharedVersion, kSharedKind);
}

void Watcher::lease_changed() {
  if (lock_->held()) {
    statuses_.took_over();
    if (shared_) shared_->look();
  }
  changed();
}

void Watcher::watch(const std::vector<sdk::WatchedKind>& kinds) {
  std::map<std::string, std::string> wanted;
  if (settings_.kv) {
    for (const auto& each : kinds) {
      if (is_kept_in_consul(each.api_version)) wanted[each.kind] = each.api_version;
    }
  }
  std::erase_if(kinds_, [&](const auto& each) {
    const auto at = wanted.find(each.first);
    return at == wanted.end() || each.second->prefix() != kind_prefix(settings_.root, at->second, each.first);
  });
  statuses_.kinds(wanted);
  strays_.kinds(wanted);
  for (const auto& [kind, api_version] : wanted) {
    auto& one = kinds_[kind];
    if (one) continue;
    one = std::make_unique<KindKeys>(host_, api_, objects_, ends_, settings_.root, api_version, kind);
    one->start();
  }
  if (settings_.discovery.on && !catalog_) {
    catalog_.emplace(host_, api_, objects_, [this] { changed(); });
    catalog_->start();
  }
  if (!settings_.connect_service.empty() && !connect_) {
    connect_.emplace(host_, api_, objects_, [this] { changed(); });
    connect_->start();
  }
  if (lock_ && !started_) {
    lock_->start();
    shared_entries_->start();
  }
  started_ = true;
  changed();
}

bool Watcher::settled() const {
  return started_ && (!catalog_ || catalog_->settled()) && (!connect_ || connect_->settled()) &&
         (!shared_entries_ || shared_entries_->settled()) &&
         std::all_of(kinds_.begin(), kinds_.end(), [](const auto& each) { return each.second->settled(); });
}

// Looked at from a timer: who tells of a change may be in the middle of it.
void Watcher::changed() {
  if (!complete_ && !look_timer_.pending()) {
    look_timer_.start(std::chrono::milliseconds(0), [this] {
      if (complete_ || !settled()) return;
      complete_ = true;
      // Services that cannot be listed now are not gone.
      if (catalog_ && !catalog_->troubles().empty()) objects_.keep("Upstream", "");
      if (connect_ && !connect_->troubles().empty()) objects_.keep("Secret", "");
      objects_.complete();
      statuses_.complete();
    });
  }
  if (!report_timer_.pending()) report_timer_.start(kGatherServices, [this] { report(); });
}

void Watcher::report() {
  std::set<Trouble> all;
  const auto add = [&all](const std::vector<Trouble>& some) { all.insert(some.begin(), some.end()); };
  for (const auto& [kind, keys] : kinds_) add(keys->troubles());
  if (catalog_) add(catalog_->troubles());
  if (connect_) add(connect_->troubles());
  if (statuses_.trouble()) all.insert(*statuses_.trouble());
  if (lock_ && lock_->trouble()) all.insert(*lock_->trouble());
  if (shared_entries_) add(shared_entries_->troubles());
  if (shared_) add(shared_->troubles());
  add(strays_.troubles());
  std::vector<sdk::Problem> problems;
  for (const Trouble& each : all) {
    if (problems.size() < kMaxProblems) problems.push_back({"", each.reason, each.message, "", each.expected});
  }
  objects_.report(problems);
}

}  // namespace solder::plugins::consul

#include "watcher.h"

#include <algorithm>
#include <set>
#include <utility>

namespace solder::plugins::vault {

using sdk::Json;

namespace {

constexpr auto kReportPause = std::chrono::milliseconds(50);  // problems come together, and are told together

}  // namespace

Watcher::Watcher(const sdk::Host& host, Json config)
    : host_(host), config_(std::move(config)), http_(host), objects_(host), settings_(host), report_timer_(host) {}

Watcher::~Watcher() = default;

void Watcher::start() {
  // A host without Settings has the configuration alone.
  if (settings_.watch([this](std::string_view spec) { use(spec); }) != SOLDER_OK) use("");
}

void Watcher::use(std::string_view spec) {
  known_ = true;
  auto wanted = read_sources(sdk::parse_json(spec), config_);
  const bool other_period = std::exchange(period_, wanted.period) != wanted.period;
  const bool keep = config_.is_object() && sdk::get_bool(config_, "keepOnDisk").value_or(false);
  std::vector<std::unique_ptr<Source>> next;
  std::vector<Source*> fresh;
  for (auto& settings : wanted.all) {
    const auto same = std::find_if(sources_.begin(), sources_.end(), [&](const auto& each) {
      return each && each->settings() == settings && !other_period;
    });
    if (same != sources_.end()) {
      next.push_back(std::move(*same));
      continue;
    }
    next.push_back(
        std::make_unique<Source>(host_, http_, std::move(settings), period_, keep,
                                 Source::Ends{[this](const Name& name) { changed(name); }, [this] { told(); }}));
    fresh.push_back(next.back().get());
  }
  sources_ = std::move(next);
  replaced_ = true;
  for (Source* each : fresh) each->start();
  told();
}

// What one of them that is not read yet may have is not taken away, nor given by one behind it.
void Watcher::changed(const Name& name) {
  const std::string* json = nullptr;
  bool all = true;
  for (const auto& each : sources_) {
    if (json == nullptr) json = each->get(name);
    if (json == nullptr) all = all && each->settled();
  }
  if (json != nullptr) {
    objects_.put(*json);
    put_.insert(name);
  } else if (all && put_.erase(name) != 0) {
    objects_.remove({"Secret", name.first, name.second});
  }
}

void Watcher::told() {
  settle();
  if (!report_timer_.pending()) report_timer_.start(kReportPause, [this] { report(); });
}

void Watcher::settle() {
  const bool settled =
      known_ && std::all_of(sources_.begin(), sources_.end(), [](const auto& each) { return each->settled(); });
  if (!settled) return;
  if (std::exchange(replaced_, false)) {
    // Secrets of those who are not asked any more go.
    const auto before = put_;
    for (const Name& name : before) changed(name);
  }
  if (std::exchange(complete_, true)) return;
  // What may not be read now may be known from an earlier run.
  if (std::any_of(sources_.begin(), sources_.end(), [](const auto& each) { return each->partly(); }))
    objects_.keep("Secret", "");
  objects_.complete();
}

void Watcher::report() {
  std::set<Failure> all;
  for (const auto& each : sources_) {
    for (auto& problem : each->problems()) all.insert(std::move(problem));
  }
  std::vector<sdk::Problem> problems;
  for (const auto& each : all) problems.push_back({"", each.reason, each.message, "", each.expected});
  objects_.report(problems);
}

}  // namespace solder::plugins::vault

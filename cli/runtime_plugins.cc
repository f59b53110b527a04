// How other plugins come into use. A second engine translates the world with them, on the manager's thread, and then
// both change places between two translations: what serves does not wait for plugins that it has not used yet. Where
// the world is large and little of it uses them, the engine itself runs that little again, which costs less.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include "cli/offline.h"
#include "cli/plugin_trial.h"
#include "cli/runtime.h"
#include "core/base/memory.h"

namespace solder::cli {

namespace {

constexpr size_t kFewSteps = 32;         // may be run in the engine's thread
constexpr size_t kManySteps = 100'000;   // more of the processor than a few steps in the engine's thread are worth
constexpr size_t kObjectsAtOnce = 2000;  // that a second engine is told of in one stop
constexpr size_t kFewEdits = 16;         // that it may translate while the first one waits
constexpr size_t kMostRounds = 20;       // to come that close

using Clock = std::chrono::steady_clock;

double processor_milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// Of all that is measured the longest counts.
template <typename F>
void measure(host::StoodStill& longest, const F& work) {
  const auto begin = Clock::now();
  const double processor = processor_milliseconds();
  work();
  const double clock = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  if (clock > longest.clock) longest = {clock, processor_milliseconds() - processor};
}

host::Verdict not_taken(const std::vector<std::string>& errors) {
  return {.taken = false,
          .message = std::to_string(errors.size()) + " problems that are not there now: " + errors.front()};
}

}  // namespace

struct Runtime::Change {
  const host::Proposal& proposal;
  config::SchemaCatalogPtr catalog;
  xds::SnapshotsByRole before, after;
  host::StoodStill pause;
};

// False where it was not done, because Solder is ending.
bool Runtime::in_engine_thread(Change& change, const std::function<void()>& work) {
  std::promise<bool> done;
  auto answer = done.get_future();
  const bool posted = queue_.post([&](bool doable) {
    if (doable) measure(change.pause, work);
    done.set_value(doable);
  });
  return posted && answer.get();
}

host::Verdict Runtime::consider(const host::Proposal& proposal) {
  const auto catalog = catalog_of(*proposal.plugins);
  if (!catalog.ok()) return {.taken = false, .message = catalog.status().message()};
  Change change{proposal, *catalog, {}, {}, {}};
  host::Verdict verdict{.taken = false, .ended = true, .message = "Solder is ending"};
  const bool roomy = base::has_memory_for(base::resident_memory());
  bool second = false;
  in_engine_thread(change, [&] {
    const size_t reach = engine_->reach(*proposal.plugins, **catalog);
    second = roomy && reach > 0 && (reach > kFewSteps || engine_->size() < kManySteps);
    if (!second)
      verdict = use_plugins(change);
    else
      engine_->begin_telling();
  });
  if (second) verdict = change_engines(change);
  if (verdict.taken) tell_others();
  verdict.pause = change.pause;
  auto diff = diff_snapshots(types_, change.before, change.after);
  verdict.diff = std::move(diff.lines);
  verdict.resources = std::move(diff.resources);
  return verdict;
}

host::Verdict Runtime::change_engines(Change& change) {
  host::Verdict verdict{.taken = false, .ended = true, .message = "Solder is ending"};
  const auto second = engine_->second(*change.proposal.plugins, change.catalog);
  bool knows_all = false, done = false;
  for (size_t rounds = 0;;) {
    engine::EngineInputs inputs;
    const bool doable = in_engine_thread(change, [&] {
      inputs = engine_->tell(kObjectsAtOnce);
      done = knows_all && (inputs.objects.size() <= kFewEdits || rounds >= kMostRounds);
      if (done) {
        second->take(inputs);
        verdict = take_second(change, *second);
      }
    });
    if (!doable || done) return verdict;
    second->take(inputs);
    if (inputs.more) continue;
    second->try_out();
    knows_all = true;
    ++rounds;
  }
}

// The second engine knows all that the first one does.
host::Verdict Runtime::take_second(Change& change, engine::Engine& second) {
  const auto begin = Clock::now();
  const engine::Output tried = second.try_out();
  auto changes = engine_->compare(second);
  change.before = *published_;
  change.after = *tried.snapshots;
  const auto errors = judge_change(change, reports_, changes);
  if (!errors.empty()) {
    engine_->end_telling();
    return not_taken(errors);
  }
  engine_->change_places(second);
  plugins_ = change.proposal.plugins;
  catalog_ = change.catalog;
  // What is good now may become last good.
  engine::Output output = engine_->translate();
  keep_older(output.changes, std::move(changes));
  server_->publish(output.snapshots);
  present(std::move(output), Clock::now() - begin);
  return {};
}

// With both generations: the old one's translation is what serves, the new one's is looked at before it does.
host::Verdict Runtime::use_plugins(Change& change) {
  const auto begin = Clock::now();
  host::Verdict verdict;
  engine_->use_plugins(*change.proposal.plugins, change.catalog);
  engine::Output output = engine_->try_out();
  change.before = *published_;
  change.after = *output.snapshots;
  const auto errors = judge_change(change, reports_, output.changes);
  if (!errors.empty()) {
    engine_->use_plugins(*plugins_, catalog_);
    output = engine_->translate();
    verdict = not_taken(errors);
  } else {
    plugins_ = change.proposal.plugins;
    catalog_ = change.catalog;
  }
  server_->publish(output.snapshots);
  present(std::move(output), Clock::now() - begin);
  if (verdict.taken) {
    // What is good now may become last good.
    output = engine_->translate();
    server_->publish(output.snapshots);
    present(std::move(output), std::chrono::duration<double>(0));
  }
  return verdict;
}

std::vector<std::string> Runtime::judge_change(const Change& change, const report::Reports& reports,
                                               const std::vector<model::ObjectChange>& changes) {
  if (!change.proposal.judge) return {};
  auto errors = new_errors(reports.all(), changes);
  return errors.empty() ? lost_resources(change.before, change.after) : errors;
}

// Not while translation stands still: threads that are woken take the processor where there is none to spare.
void Runtime::tell_others() {
  discovery_->plugins(plugins_, catalog_);
  settings_->catalog(catalog_);
  driver_->plugins(plugins_);
}

}  // namespace solder::cli

// What is done for a plugin in a process of its own between calls: the process is started again, inputs that it ended
// in are tried apart, and what has become of it is told.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/host/isolation/keeper.h"

namespace solder::host::isolation {

namespace {

constexpr int kMostTries = 5;
constexpr auto kLongTrial = std::chrono::seconds(3);  // other plugins wait meanwhile
constexpr auto kOneMinute = std::chrono::minutes(1);

uint64_t care_nanoseconds(Keeper::Clock::time_point time) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

// Makes the call again; whatever it looks up is not there. Nothing: it comes back.
std::optional<Failure> bears(Child& child, std::string frame, std::chrono::nanoseconds patience) {
  const auto end = Keeper::Clock::now() + patience;
  renew_deadline(frame, care_nanoseconds(end - patience / kSpare));
  auto outcome = child.send(frame, end);
  while (outcome == Channel::Outcome::kDone) {
    std::string_view answer;
    outcome = child.receive(answer, end);
    if (outcome != Channel::Outcome::kDone) break;
    const auto kind = kind_of(answer);
    if (kind == Message::kDone) return std::nullopt;
    outcome = kind == Message::kAsk ? child.send(to_frame(Told{}), end) : Channel::Outcome::kGarbage;
  }
  return child.fail(outcome, "in a call");
}

}  // namespace

void Keeper::failed(const Failure& failure, bool in_use) {
  const auto now = Clock::now();
  if (!failure.waiting) failure.from_outside ? patience_.killed(now) : patience_.fault(now);
  why_ = failure.words;
  own_fault_ = !failure.from_outside;
  if (in_use || patience_.parked()) {
    changed_ = changed_ || !down_;
    down_ = true;
  }
  if (patience_.parked()) {
    changed_ = true;  // what its objects say changes once more
    spdlog::error("plugin {}: {}; after {} failures it is parked until `solder plugin revive {}`", start_.name, why_,
                  Patience::kMostFaults, start_.name);
  } else {
    spdlog::warn("plugin {}: {}; what it last gave stays, and it is started again in {} ms", start_.name, why_,
                 patience_.left(now).count());
  }
  publish();
}

void Keeper::lost_while_idle() {
  const Failure failure = child_->fail(Channel::Outcome::kGone, "nobody called it");
  child_.reset();
  {
    const std::lock_guard lock(info_mutex_);
    ++info_.deaths;
  }
  failed(failure, false);
}

void Keeper::watch_cpu() {
  const auto now = Clock::now();
  const auto used = child_->cpu();
  if (minute_ == Clock::time_point{} || now - minute_ > kOneMinute) {
    minute_ = now;
    cpu_before_ = used;
    return;
  }
  if (used - cpu_before_ <= std::chrono::seconds(start_.limits.cpu_seconds)) return;
  child_.reset();
  {
    const std::lock_guard lock(info_mutex_);
    ++info_.deaths;
  }
  failed({Channel::Outcome::kLate, false, false,
          "it used more than " + std::to_string(start_.limits.cpu_seconds) + " s of processor time in a minute"},
         true);
}

std::optional<Keeper::Trial> Keeper::trial_due() {
  const auto now = Clock::now();
  if (patience_.parked()) return std::nullopt;
  Trial trial;
  trial.was_down = down_;
  trial.witness = witness_;
  trial.patience = call_patience_;
  trial.state = state_;
  for (const auto& [key, suspect] : suspects_) {
    if (now >= suspect.due) trial.suspects.emplace(key, suspect);
  }
  const bool starts = !child_ && patience_.may_start(now);
  if (!starts && (!child_ || trial.suspects.empty())) return std::nullopt;
  return trial;
}

bool Keeper::begin(Trial& trial) const {
  auto started =
      Child::start(options_.program, start_, trial.state.get(), Clock::now() + options_.start_patience, trial.ready);
  if (auto* child = std::get_if<ChildPtr>(&started)) {
    trial.child = std::move(*child);
    return true;
  }
  ++trial.deaths;
  trial.failed = std::move(std::get<NotStarted>(started));
  return false;
}

void Keeper::run(Trial& trial) const {
  if (!begin(trial)) return;
  const auto lost = [&](const Failure& failure) {
    ++trial.deaths;
    trial.child.reset();
    trial.failed = NotStarted{{"", failure.words}, failure.from_outside};
  };
  if (trial.was_down && !trial.witness.empty()) {
    if (const auto failure = bears(*trial.child, trial.witness, trial.patience)) return lost(*failure);
  }
  const auto begun = Clock::now();
  std::optional<Failure> last;
  for (const auto& [key, suspect] : trial.suspects) {
    if (Clock::now() - begun > kLongTrial) break;
    auto failure = bears(*trial.child, suspect.frame, trial.patience);
    if (!failure) {
      trial.cleared.insert(key);
      continue;
    }
    ++trial.deaths;
    trial.guilty[key] = failure->words;
    last = std::move(failure);
    if (!begin(trial)) return;
  }
  // Nothing is known that it can do.
  if (trial.was_down && trial.witness.empty() && last && trial.cleared.empty()) lost(*last);
}

void Keeper::judge(Trial& trial) {
  const auto now = Clock::now();
  {
    const std::lock_guard lock(info_mutex_);
    info_.deaths += trial.deaths;
  }
  for (const auto& key : trial.cleared) changed_ = suspects_.erase(key) != 0 || changed_;
  for (const auto& [key, words] : trial.guilty) {
    const auto at = suspects_.find(key);
    if (at == suspects_.end()) continue;
    Suspect& suspect = at->second;
    suspect.words = words;
    suspect.due =
        ++suspect.tries >= kMostTries ? Clock::time_point::max() : now + options_.first_wait * (1 << suspect.tries);
    spdlog::warn("plugin {}: one of its inputs is kept from it: {}", start_.name, words);
  }
  if (trial.failed)
    return failed({Channel::Outcome::kGone, trial.failed->from_outside, false, trial.failed->refusing.message}, down_);
  if (child_ || !patience_.may_start(now)) return;
  child_ = std::move(trial.child);
  minute_ = {};
  tell_serving();
  if (!std::exchange(down_, false)) return;
  changed_ = true;
  spdlog::info("plugin {}: it answers again", start_.name);
}

bool Keeper::tend() {
  std::unique_lock lock(mutex_);
  if (child_) child_->drain();
  if (child_ && child_->broken()) lost_while_idle();
  if (child_) watch_cpu();
  // That it failed is told before it is mended; that others ended it only where it does not come back at once.
  if (changed_ && down_ && own_fault_) return std::exchange(changed_, false);
  if (auto trial = trial_due()) {
    // Calls go on meanwhile, from memory where it is down.
    lock.unlock();
    run(*trial);
    lock.lock();
    judge(*trial);
    publish();
  }
  if (!down_ && memory_.wants_round()) changed_ = true;
  return std::exchange(changed_, false);
}

void Keeper::revive() {
  const std::lock_guard lock(mutex_);
  patience_.revive();
  // Who asks for it knows what has changed.
  suspects_.clear();
  publish();
}

void Keeper::publish() {
  const std::lock_guard lock(info_mutex_);
  info_.pid = child_ ? child_->pid() : 0;
  info_.parked = patience_.parked();
  info_.down = down_;
  info_.why = down_ || !suspects_.empty() ? why_ : "";
  info_.kept_from_it = suspects_.size();
}

IsolationInfo Keeper::info() const {
  const std::lock_guard lock(info_mutex_);
  return info_;
}

}  // namespace solder::host::isolation

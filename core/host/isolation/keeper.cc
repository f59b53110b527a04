#include "core/host/isolation/keeper.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/base/utf8.h"
#include "core/host/kept_outputs.h"
#include "core/host/sink.h"

namespace solder::host::isolation {

namespace {

constexpr size_t kMostQuestions = 65536;         // of one call
constexpr size_t kMostAsked = size_t{16} << 20;  // bytes of them
constexpr size_t kMostKnown = size_t{16} << 20;  // bytes of answers that are sent along
constexpr size_t kMostSuspects = 64;
constexpr auto kSavePatience = std::chrono::seconds(2);
constexpr const char* kInACall = "in a call";

uint64_t nanoseconds(Keeper::Clock::time_point time) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

bool readable(const Question& question) {
  for (const auto* text : {&question.ref.kind, &question.ref.ns, &question.ref.name, &question.selector.kind,
                           &question.selector.ns, &question.selector.field, &question.selector.value}) {
    if (!base::is_utf8(*text)) return false;
  }
  return true;
}

// No hash of an input has a slash.
std::string place_of(const Subject& subject) {
  return "/" + subject.object.kind + "/" + subject.object.ns + "/" + subject.object.name;
}

size_t size_of(const Told& told) {
  size_t out = 0;
  for (const auto& object : told.objects) out += object.json.size();
  return out;
}

}  // namespace

Keeper::Keeper(const IsolationOptions& options, Start start)
    : options_(options), start_(std::move(start)), patience_(options.first_wait) {}

std::optional<NotStarted> Keeper::open(Ready& ready) {
  const std::lock_guard lock(mutex_);
  auto started = Child::start(options_.program, start_, nullptr, Clock::now() + options_.start_patience, ready);
  if (auto* refused = std::get_if<NotStarted>(&started)) return std::move(*refused);
  child_ = std::move(std::get<ChildPtr>(started));
  {
    const std::lock_guard info_lock(info_mutex_);
    info_.guards = ready.guards;
  }
  publish();
  return std::nullopt;
}

std::vector<ItemOutput> Keeper::call(Operation operation, solder_span in, std::span<const Subject> subjects,
                                     const Lookup& lookup, std::chrono::nanoseconds deadline, bool& struck) {
  std::vector<ItemOutput> outputs(subjects.size());
  const std::lock_guard lock(mutex_);
  book_.take(operation, in);
  call_patience_ = deadline;
  Exchange exchange{operation, in, subjects, lookup, Clock::now() + deadline, {}, {}};
  for (size_t i = 0; i < subjects.size(); ++i) {
    exchange.keys.push_back(kept_key(operation, in, i));
    const auto suspect = suspects_.find(exchange.keys.back());
    if (suspect != suspects_.end()) suspect->second.wanted = true;
    if (down_ || suspect != suspects_.end()) {
      answer_from_memory(exchange, i, down_ ? why_ : suspect->second.words, outputs[i]);
    } else {
      exchange.live.push_back(i);
    }
  }
  if (exchange.live.empty()) return outputs;
  auto failure = try_once(exchange, outputs);
  // One that only died may have been ended by others, or have been dead before: another one is asked once.
  if (failure && failure->outcome == Channel::Outcome::kGone && !down_) {
    auto again = try_once(exchange, outputs);
    // Where no other comes in time, what ended the first is what is known.
    if (!again || !again->waiting) failure = std::move(again);
  }
  if (!failure) {
    patience_.worked();
    witness_ = std::move(exchange.frame);
    return outputs;
  }
  struck = !failure->from_outside;
  // Of a large call nobody can tell; it is made again as a whole.
  for (size_t j = 0; struck && exchange.live.size() <= kMostSuspects && j < exchange.live.size(); ++j)
    suspect(exchange, exchange.live[j], failure->words);
  failed(*failure, true);
  for (const size_t i : exchange.live) answer_from_memory(exchange, i, why_, outputs[i]);
  return outputs;
}

// A process to speak with, or why there is none.
std::optional<Failure> Keeper::have_child(Clock::time_point end) {
  if (child_ && child_->broken()) lost_while_idle();
  if (child_) return std::nullopt;
  Failure failure{Channel::Outcome::kLate, true, true, why_.empty() ? "it is being started again" : why_};
  if (!patience_.may_start(Clock::now())) return failure;
  Ready ready;
  auto started = Child::start(options_.program, start_, state_.get(), end, ready);
  if (auto* refused = std::get_if<NotStarted>(&started)) {
    // A call has little time; tend() has more, and counts.
    failure.words = refused->refusing.message;
    return failure;
  }
  child_ = std::move(std::get<ChildPtr>(started));
  minute_ = {};
  if (serving_) tell_serving();
  publish();
  return std::nullopt;
}

std::optional<Failure> Keeper::try_once(Exchange& exchange, std::vector<ItemOutput>& outputs) {
  if (auto failure = have_child(exchange.end)) return failure;
  const auto known = answers_for(exchange);
  exchange.frame = call_frame(exchange.operation, nanoseconds(exchange.end - call_patience_ / kSpare), exchange.in,
                              exchange.live, known);
  const auto outcome = child_->send(exchange.frame, exchange.end);
  auto failure = outcome == Channel::Outcome::kDone ? listen(exchange, known, outputs)
                                                    : std::optional(child_->fail(outcome, kInACall));
  if (!failure) return failure;
  child_.reset();
  const std::lock_guard info_lock(info_mutex_);
  ++info_.deaths;
  return failure;
}

// The answers to what the inputs asked for last time; each is a read of theirs.
std::vector<KnownAnswer> Keeper::answers_for(Exchange& exchange) {
  std::vector<KnownAnswer> out;
  size_t bytes = 0;
  for (size_t j = 0; j < exchange.live.size(); ++j) {
    const auto* entry = memory_.find(exchange.keys[exchange.live[j]]);
    if (entry == nullptr) continue;
    for (Question question : entry->questions) {
      if (bytes > kMostKnown) return out;
      question.index = exchange.live[j];
      Told told = ask(exchange.lookup, question);
      bytes += size_of(told);
      question.index = j;
      out.push_back({std::move(question), std::move(told)});
    }
  }
  return out;
}

// Answers what the process asks until it is done.
std::optional<Failure> Keeper::listen(Exchange& exchange, const std::vector<KnownAnswer>& known,
                                      std::vector<ItemOutput>& outputs) {
  std::vector<Question> asked;
  size_t bytes = 0;
  const auto garbage = [&] { return child_->fail(Channel::Outcome::kGarbage, kInACall); };
  while (true) {
    std::string_view frame;
    auto outcome = child_->receive(frame, exchange.end);
    if (outcome != Channel::Outcome::kDone) return child_->fail(outcome, kInACall);
    Question question;
    if (read(frame, question)) {
      bytes += frame.size();
      if (question.index >= exchange.live.size() || asked.size() >= kMostQuestions || bytes > kMostAsked ||
          !readable(question)) {
        return garbage();
      }
      asked.push_back(question);
      question.index = exchange.live[question.index];
      outcome = child_->send(to_frame(ask(exchange.lookup, question)), exchange.end);
      if (outcome != Channel::Outcome::kDone) return child_->fail(outcome, kInACall);
      continue;
    }
    std::vector<ItemOutput> given(exchange.subjects.size());
    Sink sink(start_.name, exchange.operation, exchange.in, exchange.subjects, given);
    std::vector<uint32_t> used;
    if (!emit_done(frame, exchange.live, *sink.out(), used)) return garbage();
    if (std::any_of(used.begin(), used.end(), [&](uint32_t index) { return index >= known.size(); })) return garbage();
    child_->drain();
    if (sink.overflowed()) {
      given.assign(given.size(), {});
      for (const size_t i : exchange.live)
        sink.report(i, "PluginFailed", "plugin " + start_.name + " gave more than one call may give");
    }
    remember(exchange, known, used, asked, given);
    for (const size_t i : exchange.live) outputs[i] = std::move(given[i]);
    return std::nullopt;
  }
}

void Keeper::remember(Exchange& exchange, const std::vector<KnownAnswer>& known, const std::vector<uint32_t>& used,
                      const std::vector<Question>& asked, std::vector<ItemOutput>& outputs) {
  std::vector<std::vector<Question>> questions(exchange.live.size());
  for (const uint32_t index : used) questions[known[index].question.index].push_back(known[index].question);
  for (const auto& question : asked) questions[question.index].push_back(question);
  for (size_t j = 0; j < exchange.live.size(); ++j) {
    const size_t i = exchange.live[j];
    memory_.keep(exchange.keys[i], outputs[i], std::move(questions[j]));
    if (exchange.operation == Operation::kDerive) memory_.keep(place_of(exchange.subjects[i]), outputs[i], {});
  }
}

void Keeper::answer_from_memory(Exchange& exchange, size_t index, const std::string& why, ItemOutput& output) {
  const Subject& subject = exchange.subjects[index];
  const auto* entry = memory_.find(exchange.keys[index]);
  if (exchange.operation == Operation::kDerive) {
    // What follows from an object that was edited is still better than nothing.
    const auto* before = memory_.find(place_of(subject));
    if (entry == nullptr) entry = before;
  }
  if (entry == nullptr) suspect(exchange, index, why);
  if (entry != nullptr) {
    output = entry->output;
    rename(output, subject);
    // That a destination leads to such an upstream is said at the upstream.
    if (exchange.operation == Operation::kDestinations) return;
  }
  model::Diagnostic problem;
  problem.severity = entry != nullptr ? model::Severity::kWarning : model::Severity::kError;
  problem.reason = entry != nullptr ? "PluginDegraded" : "PluginUnavailable";
  problem.object = subject.object;
  problem.field = subject.path;
  problem.message =
      "the plugin " + start_.name + ", which brings this, does not answer: " + why +
      (patience_.parked() ? "; it is not started again until `solder plugin revive " + start_.name + "`" : "") +
      (entry != nullptr ? "; what it last gave stays" : "; nothing new can be made of this until it does");
  problem.plugin = start_.name;
  output.diagnostics.push_back(std::move(problem));
}

// Inputs of a call that failed, and those that came while it was down, are looked at alone before they come near the
// process that serves again.
void Keeper::suspect(const Exchange& exchange, size_t index, const std::string& words) {
  if (suspects_.size() >= kMostSuspects || suspects_.count(exchange.keys[index]) != 0) return;
  const size_t which[] = {index};
  Suspect& suspect = suspects_[exchange.keys[index]];
  suspect.frame = call_frame(exchange.operation, 0, exchange.in, which, {});
  suspect.words = words;
}

void Keeper::serve(bool serving) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(serving_, serving) != serving && child_) tell_serving();
}

// A process that does not take it is found out by the next call. A program has no timers, and knows no such frame; a
// process that has just begun does not serve.
void Keeper::tell_serving() {
  if (start_.program) return;
  static_cast<void>(child_->send(serve_frame(serving_), Clock::now() + kSavePatience));
}

base::Result<std::optional<std::string>> Keeper::save() {
  const std::lock_guard lock(mutex_);
  const auto end = Clock::now() + kSavePatience;
  // What a process knew went with it; that is no reason to keep a plugin that does not answer.
  if (down_ || have_child(end)) return std::optional<std::string>();
  std::string_view frame;
  auto outcome = child_->send(save_frame(), end);
  if (outcome == Channel::Outcome::kDone) outcome = child_->receive(frame, end);
  auto saved = outcome == Channel::Outcome::kDone ? read_saved(frame) : std::nullopt;
  if (saved) return std::move(*saved);
  if (outcome == Channel::Outcome::kDone) outcome = Channel::Outcome::kGarbage;
  const Failure failure = child_->fail(outcome, "saving its state");
  child_.reset();
  failed(failure, false);
  return std::optional<std::string>();
}

base::Status Keeper::restore(const std::string& version, const std::string& state) {
  const std::lock_guard lock(mutex_);
  const auto end = Clock::now() + kSavePatience;
  if (auto failure = have_child(end)) return base::internal_error(failure->words);
  std::string_view frame;
  auto next = std::make_shared<Restore>(Restore{version, state});
  auto outcome = child_->send(to_frame(*next), end);
  if (outcome == Channel::Outcome::kDone) outcome = child_->receive(frame, end);
  const auto restored = outcome == Channel::Outcome::kDone ? read_restored(frame) : std::nullopt;
  if (restored) {
    if (restored->ok()) state_ = std::move(next);
    return *restored;
  }
  if (outcome == Channel::Outcome::kDone) outcome = Channel::Outcome::kGarbage;
  const Failure failure = child_->fail(outcome, "taking over the state");
  child_.reset();
  failed(failure, false);
  return base::internal_error(failure.words);
}

void Keeper::begin_round() {
  const std::lock_guard lock(mutex_);
  memory_.begin_round();
  for (auto& [key, suspect] : suspects_) suspect.wanted = false;
}

void Keeper::end_round() {
  const std::lock_guard lock(mutex_);
  memory_.end_round();
  std::erase_if(suspects_, [](const auto& each) { return !each.second.wanted; });
  publish();
}

}  // namespace solder::host::isolation

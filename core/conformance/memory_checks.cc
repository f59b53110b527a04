#include <unistd.h>

#include <chrono>
#include <fstream>

#include "core/conformance/checks.h"

namespace solder::conformance {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kSlack = 64;
constexpr size_t kMemoryBatch = 64;
constexpr int kMemoryWarmUp = 100, kCalls = 1000;
constexpr auto kLongestMemoryCheck = std::chrono::milliseconds(300);  // of one round
constexpr int64_t kMemoryMayGrow = 1024;                              // kB in a round

int64_t own_memory() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    int64_t kilobytes = 0;
    if (word == "RssAnon:" && in >> kilobytes) return kilobytes;
  }
  return 0;
}

// Asks until it was asked `calls` times or time is up.
void ask_often(Session& session, const std::vector<Probe>& batch, int calls) {
  const auto end = Clock::now() + kLongestMemoryCheck;
  for (int i = 0; i < calls && Clock::now() < end; ++i)
    session.ask(batch, {}, [](const Probe&, host::Site, const host::ItemOutput&) {});
}

}  // namespace

Verdict check_text_ends(Trial& trial) {
  auto opened = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  trial.phase("reading texts that end where the memory ends");
  GuardedMemory memory;
  std::get<0>(opened)->answers(trial.questions.given, {.memory = &memory});
  return passed();
}

Verdict check_inputs_unwritten(Trial& trial) {
  auto opened = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  trial.phase("answering inputs that cannot be written to");
  GuardedMemory memory(kSlack);
  std::get<0>(opened)->answers(trial.questions.given, {.frozen = &memory});
  return passed();
}

Verdict check_inputs_borrowed(Trial& trial) {
  auto opened = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  Session& session = *std::get<0>(opened);
  GuardedMemory memory(kSlack);
  session.answers(trial.questions.given, {.memory = &memory});
  memory.close();
  trial.phase("answering after the inputs of the call before are gone");
  session.answers(trial.questions.given);
  if (const auto saved = session.plugin().save(); !saved.ok()) return failed(saved.status().message());
  trial.phase("being ended after its inputs are gone");
  opened = host::Refused{};
  return passed();
}

// Memory that grows in two rounds is lost; what grows in one is a cache or the allocator's own.
Verdict check_leaks(Trial& trial) {
  const auto& given = trial.questions.given;
  if (given.empty()) return skipped("there is nothing to ask it");
  auto opened = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  std::vector<Probe> batch;
  for (size_t i = 0; i < kMemoryBatch; ++i) batch.push_back(given[i % given.size()]);
  ask_often(*std::get<0>(opened), batch, kMemoryWarmUp);
  int64_t least = INT64_MAX;
  for (int round = 0; round < 2; ++round) {
    const int64_t before = own_memory();
    ask_often(*std::get<0>(opened), batch, kCalls);
    least = std::min(least, own_memory() - before);
    if (least <= kMemoryMayGrow) return passed();
  }
  return failed("calls with 64 inputs each make the process grow by " + std::to_string(least) + " kB in " +
                std::to_string(kCalls) + " calls, again and again");
}

}  // namespace solder::conformance

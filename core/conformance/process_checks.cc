// What a plugin does to the process that it is in.
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "core/base/memory.h"
#include "core/conformance/checks.h"
#include "core/host/activity.h"
#include "core/host/file_runners.h"

namespace solder::conformance {

namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr int kProcessWarmUp = 50, kRound = 75, kProcessRounds = 4;    // two of them where nothing grows
constexpr auto kLongestProcessCheck = std::chrono::milliseconds(800);  // of one
constexpr int64_t kProcessMayGrow = 1024;                              // kB in a round
constexpr size_t kMayMap = 16;                                         // lines of /proc/self/maps

size_t entries(const char* directory) {
  size_t count = 0;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) ++count;
  return count;
}

std::string environment() {
  std::string out;
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) out += std::string(*one) + "\n";
  std::error_code error;
  out += "working directory " + fs::current_path(error).string() + "\n";
  const mode_t mask = ::umask(022);
  ::umask(mask);
  out += "umask " + std::to_string(mask) + "\n";
  return out + "locale " + ::setlocale(LC_ALL, nullptr) + "\n";
}

std::string signals() {
  std::string out;
  sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    const bool known = ::sigaction(number, nullptr, &action) == 0;
    const bool handled = known && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
    const char* what = !known ? "unknown" : handled ? "handled" : action.sa_handler == SIG_IGN ? "ignored" : "default";
    out += "signal " + std::to_string(number) + " " + what + (::sigismember(&blocked, number) == 1 ? ", blocked" : "") +
           "\n";
  }
  return out;
}

// The lines that one has and the other has not.
std::string changed_lines(const std::string& before, const std::string& after) {
  std::string out;
  for (size_t from = 0; from < after.size();) {
    const size_t end = after.find('\n', from);
    const std::string line = after.substr(from, end - from);
    if (before.find(line + "\n") == std::string::npos) out += (out.empty() ? "" : "; ") + line;
    from = end + 1;
  }
  return out.empty() ? "something is gone" : out;
}

// The host's own share is there before anything is counted: its watch, the runner of such files.
void warm_up(Trial& trial) {
  const std::string nobody = "nobody";
  const host::Activity activity("warming up", nobody, std::chrono::seconds(1));
  if (trial.library) return;
  if (trial.program) {
    Session::open(trial);
    return;
  }
  const auto& candidate = trial.candidate();
  trial.load.runners->describe_here({candidate.bytes, candidate.file, candidate.ending}, trial.load);
}

// `what` before the plugin comes and while its instance is there.
template <typename F>
auto before_and_with(Trial& trial, const F& what)
    -> std::variant<std::pair<decltype(what()), decltype(what())>, Verdict> {
  warm_up(trial);
  const auto before = what();
  auto opened = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  std::get<0>(opened)->answers(trial.questions.given);
  return std::pair(before, what());
}

Verdict count_unchanged(Trial& trial, const char* directory, const std::string& things) {
  const auto counted = before_and_with(trial, [&] { return entries(directory); });
  if (const auto* verdict = std::get_if<Verdict>(&counted)) return *verdict;
  const auto [before, with] = std::get<0>(counted);
  if (with <= before) return passed();
  return failed("with an instance of it the process has " + std::to_string(with - before) + " " + things + " more");
}

Verdict text_unchanged(Trial& trial, std::string (*what)()) {
  const auto told = before_and_with(trial, what);
  if (const auto* verdict = std::get_if<Verdict>(&told)) return *verdict;
  const auto& [before, with] = std::get<0>(told);
  return before == with ? passed() : failed("it changes what belongs to the process: " + changed_lines(before, with));
}

size_t mappings(const std::string& of) {
  std::ifstream in("/proc/self/maps");
  size_t count = 0;
  for (std::string line; std::getline(in, line);)
    if (of.empty() || line.find(of) != std::string::npos) ++count;
  return count;
}

struct Held {
  size_t maps, descriptors;
  int64_t kilobytes;
};

Held held() {
  base::give_back_memory();
  std::ifstream in("/proc/self/status");
  int64_t kilobytes = 0;
  for (std::string word; in >> word;)
    if (word == "RssAnon:" && in >> kilobytes) break;
  return {mappings(""), entries("/proc/self/fd"), kilobytes};
}

// Loads and ends it that often, or until time is up. Empty: all is well.
std::string cycle(Trial& trial, int times) {
  const auto end = Clock::now() + kLongestProcessCheck;
  for (int done = 0; done < times && Clock::now() < end; ++done) {
    auto opened = Session::open(trial);
    if (const auto* refused = std::get_if<host::Refused>(&opened)) return refused->message;
    std::get<0>(opened)->answers(trial.questions.given);
    trial.phase("being ended");
  }
  return "";
}

}  // namespace

Verdict check_threads(Trial& trial) { return count_unchanged(trial, "/proc/self/task", "threads"); }
Verdict check_descriptors(Trial& trial) { return count_unchanged(trial, "/proc/self/fd", "open files or sockets"); }
Verdict check_environment(Trial& trial) { return text_unchanged(trial, &environment); }
Verdict check_signals(Trial& trial) { return text_unchanged(trial, &signals); }

Verdict check_unmaps(Trial& trial) {
  if (!trial.candidate().gated.can_unmap) return skipped("it does not ask to be unmapped");
  auto opened = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  if (!std::get<0>(opened)->plugin().can_unmap) return skipped("it does not ask to be unmapped");
  std::get<0>(opened)->answers(trial.questions.given);
  const std::string copy = std::get<0>(opened)->plugin().copy;
  trial.phase("being ended");
  opened = host::Refused{};
  return mappings(copy) == 0 ? passed() : failed("its library stays in the process after its end");
}

// What is lost is lost in every round; what grows in some is the allocator's own.
Verdict check_cycles(Trial& trial) {
  warm_up(trial);
  if (const std::string problem = cycle(trial, kProcessWarmUp); !problem.empty()) return failed(problem);
  const auto more = [](size_t before, size_t after, const char* things) {
    return "the process has " + std::to_string(after - before) + " more " + things +
           " after it was loaded and ended again and again";
  };
  const Held first = held();
  int64_t grown = std::numeric_limits<int64_t>::max();
  Held before = first;
  for (int round = 0; round < kProcessRounds && (round < 2 || grown > kProcessMayGrow); ++round) {
    if (const std::string problem = cycle(trial, kRound); !problem.empty()) return failed(problem);
    const Held now = held();
    if (now.descriptors > first.descriptors) return failed(more(first.descriptors, now.descriptors, "open files"));
    if (now.maps > first.maps + kMayMap) return failed(more(first.maps, now.maps, "mappings"));
    grown = std::min(grown, now.kilobytes - before.kilobytes);
    before = now;
  }
  if (grown <= kProcessMayGrow) return passed();
  return failed("each " + std::to_string(kRound) + " times that it is loaded and ended the process grows by " +
                std::to_string(grown) + " kB");
}

}  // namespace solder::conformance

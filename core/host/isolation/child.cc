#include "core/host/isolation/child.h"

#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/host/abi_text.h"
#include "core/host/isolation/serve.h"
#include "core/host/refusal.h"

namespace solder::host::isolation {

namespace {

constexpr size_t kMostLine = 4096;
constexpr size_t kMostAtOnce = size_t{256} << 10;  // a flood is read on at the next look
constexpr int kMomentsToEnd = 200;

spdlog::level::level_enum level_of(char letter) {
  switch (letter) {
    case 'T':
    case 'D':
      return spdlog::level::debug;
    case 'W':
      return spdlog::level::warn;
    case 'E':
    case 'C':
      return spdlog::level::err;
    default:
      return spdlog::level::info;
  }
}

}  // namespace

void StartBreaker::trip() {
  const std::lock_guard lock(mutex_);
  tripped_ = true;
  if (child_ != nullptr) child_->hang_up();
}

void StartBreaker::watch(const Child* child) {
  const std::lock_guard lock(mutex_);
  child_ = child;
  if (child_ != nullptr && tripped_) child_->hang_up();
}

Child::Child(Spawned spawned, std::string name)
    : pid_(spawned.pid), output_(spawned.output), name_(std::move(name)), channel_(spawned.socket) {}

Child::~Child() {
  int status = 0;
  end(status);
  drain();
  ::close(output_);
}

bool Child::end(int& status) {
  if (pid_ <= 0) return true;
  const bool gone = ::waitpid(pid_, &status, WNOHANG) == pid_;
  if (!gone) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = -1;
  return gone;
}

std::chrono::nanoseconds Child::cpu() const {
  clockid_t clock{};
  timespec used{};
  if (pid_ <= 0 || ::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void Child::log_line(std::string_view line) {
  if (line.size() >= 2 && line[0] == kLogMark) {
    spdlog::log(level_of(line[1]), "{}", printable(line.substr(2)));
  } else if (!line.empty()) {
    last_words_ = printable(line.substr(0, 300));
    spdlog::info("[{}] {}", name_, printable(line));
  }
}

void Child::drain() {
  std::array<char, 4096> piece{};
  for (size_t all = 0; all < kMostAtOnce;) {
    const ssize_t got = ::read(output_, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    all += static_cast<size_t>(got);
    partial_.append(piece.data(), static_cast<size_t>(got));
    size_t begin = 0;
    for (size_t at = 0; (at = partial_.find('\n', begin)) != std::string::npos; begin = at + 1)
      log_line(std::string_view(partial_).substr(begin, at - begin));
    partial_.erase(0, begin);
    if (partial_.size() <= kMostLine) continue;
    log_line(partial_);
    partial_.clear();
  }
}

Failure Child::fail(Channel::Outcome outcome, const std::string& doing) {
  Failure failure;
  failure.outcome = outcome;
  // One that closes the socket by dying is reaped in a moment: what ended it is worth that.
  if (outcome == Channel::Outcome::kGone) {
    for (int i = 0; i < kMomentsToEnd; ++i) {
      siginfo_t info{};
      if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0) break;
      ::usleep(1000);
    }
  }
  int status = 0;
  const bool gone = end(status);
  drain();
  if (outcome == Channel::Outcome::kLate) {
    failure.words = "it did not come back in time while " + doing;
  } else if (outcome == Channel::Outcome::kGarbage) {
    failure.words = "it gave an answer that makes no sense while " + doing;
  } else if (!gone) {
    failure.words = "it closed its connection while " + doing;
  } else if (WIFSIGNALED(status)) {
    failure.from_outside = WTERMSIG(status) == SIGKILL;
    failure.words = std::string("its process ended by ") + ::sigdescr_np(WTERMSIG(status)) + " while " + doing;
  } else {
    failure.words = "it ended its process with exit code " + std::to_string(WEXITSTATUS(status)) + " while " + doing;
  }
  if (!last_words_.empty()) failure.words += " (it printed last: " + last_words_ + ")";
  return failure;
}

std::variant<ChildPtr, NotStarted> Child::start(const Program& program, const Start& start, const Restore* state,
                                                Clock::time_point end, Ready& ready, StartBreaker* breaker) {
  Spawned spawned = spawn(program);
  const auto refuse = [](std::string_view reason, const std::string& words, bool from_outside = false) {
    return NotStarted{{std::string(reason), words}, from_outside};
  };
  if (spawned.pid <= 0) return refuse(reason::kOpenFailed, "no process could be started for it: " + spawned.problem);
  ChildPtr child(new Child(std::move(spawned), start.name));
  const auto unwatch = [](StartBreaker* watching) { watching->watch(nullptr); };
  const std::unique_ptr<StartBreaker, decltype(unwatch)> watched(breaker, unwatch);
  if (breaker != nullptr) breaker->watch(child.get());
  const auto exchange = [&](const std::string& request, std::string_view& answer) {
    auto outcome = child->send(request, end);
    if (outcome == Channel::Outcome::kDone) outcome = child->receive(answer, end);
    return outcome;
  };
  const auto failed = [&](Channel::Outcome outcome, const char* doing) {
    const Failure failure = child->fail(outcome, doing);
    return refuse(reason::kOpenFailed, "served by a process of its own, " + failure.words, failure.from_outside);
  };
  std::string_view answer;
  if (const auto outcome = exchange(to_frame(start), answer); outcome != Channel::Outcome::kDone)
    return failed(outcome, "being opened");
  Refusing refusing;
  if (read(answer, refusing)) {
    child->drain();
    return NotStarted{refusing};
  }
  std::optional<std::vector<std::string>> guards;
  if (start.program) {
    guards = read_confined(answer);
    if (!guards) return failed(Channel::Outcome::kGarbage, "being opened");
    if (const auto outcome = exchange(begin_frame(start), answer); outcome != Channel::Outcome::kDone)
      return failed(outcome, "being opened");
    if (read(answer, refusing)) {
      child->drain();
      return NotStarted{refusing};
    }
  }
  if (!read(answer, ready)) return failed(Channel::Outcome::kGarbage, "being opened");
  if (guards) ready.guards = std::move(*guards);
  child->drain();
  if (state == nullptr) return child;
  if (const auto outcome = exchange(to_frame(*state), answer); outcome != Channel::Outcome::kDone)
    return failed(outcome, "taking over the state");
  const auto restored = read_restored(answer);
  if (!restored) return failed(Channel::Outcome::kGarbage, "taking over the state");
  if (!restored->ok()) return refuse(reason::kStateNotTaken, restored->message());
  return child;
}

}  // namespace solder::host::isolation

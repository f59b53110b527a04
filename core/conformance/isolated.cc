#include "core/conformance/isolated.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <optional>

#include "core/host/frames.h"

namespace solder::conformance {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMoment = 500;  // milliseconds
constexpr char kPhase = '>';  // first byte of a frame; else it is a state

// What the plugin prints belongs to nobody: reports are read by programs.
void be_quiet() {
  const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nothing < 0) return;
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(nothing, STDERR_FILENO);
  ::close(nothing);
}

[[noreturn]] void be_child(int socket, const std::function<Verdict(const Phase&)>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);  // so that what it starts ends with it
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  be_quiet();
  Verdict verdict;
  try {
    verdict = work([socket](const char* doing) { host::write_frame(socket, kPhase + std::string(doing)); });
  } catch (const std::exception& thrown) {
    verdict = failed(std::string("it threw: ") + thrown.what());
  }
  host::write_frame(socket, static_cast<char>('0' + static_cast<int>(verdict.state)) + verdict.message);
  ::_exit(0);
}

std::string how_it_ended(pid_t child, bool late, std::chrono::milliseconds patience, const std::string& phase) {
  // What ended by itself is left a moment to do so; one that closed its socket and lives on is not waited for.
  for (int i = 0; !late && i < kMoment; ++i) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) break;
    ::usleep(1000);
  }
  ::kill(-child, SIGKILL);
  ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (late) return "it did not come back from " + phase + " within " + std::to_string(patience.count()) + " ms";
  if (WIFSIGNALED(status)) return std::string("it ended by ") + ::sigdescr_np(WTERMSIG(status)) + " while " + phase;
  return "it ended the process with exit code " + std::to_string(WEXITSTATUS(status)) + " while " + phase;
}

bool readable_before(int socket, Clock::time_point end) {
  pollfd one{socket, POLLIN, 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    const int ready = ::poll(&one, 1, static_cast<int>(std::max<long>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

Verdict run_isolated(const std::function<Verdict(const Phase&)>& work, std::chrono::milliseconds patience) {
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
    return failed(std::string("no process could be started: ") + std::strerror(errno));
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(sockets[0]);
    be_child(sockets[1], work);
  }
  ::close(sockets[1]);
  if (child < 0) {
    ::close(sockets[0]);
    return failed(std::string("no process could be started: ") + std::strerror(errno));
  }
  const auto end = Clock::now() + patience;
  std::string phase = "starting";
  std::optional<Verdict> verdict;
  bool late = false;
  while (!verdict) {
    late = !readable_before(sockets[0], end);
    if (late) break;
    const auto frame = host::read_frame(sockets[0]);
    if (!frame || frame->empty()) break;
    if (frame->front() == kPhase) {
      phase = frame->substr(1);
    } else {
      verdict = Verdict{static_cast<State>(frame->front() - '0'), frame->substr(1)};
    }
  }
  ::close(sockets[0]);
  const std::string how = how_it_ended(child, late, patience, phase);
  return verdict ? *verdict : failed(how);
}

}  // namespace solder::conformance

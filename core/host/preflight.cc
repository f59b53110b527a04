#include "core/host/preflight.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/host/frames.h"

namespace solder::host {

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

const char* const kTried = "it was tried in a process of its own: ";

json to_json(const FileRunner& runner) {
  return {{"name", runner.name}, {"file", runner.file}, {"config", runner.config_json}};
}

json to_json(const isolation::Limits& limits) {
  return {{"memory", limits.memory_mb}, {"files", limits.open_files}, {"readable", limits.readable_paths}};
}

json to_json(const PreflightItem& item) {
  json out{{"name", item.name},
           {"file", item.file},
           {"original", item.original},
           {"config", item.config_json},
           {"samples", item.samples}};
  if (item.runner) out["runner"] = to_json(*item.runner);
  if (item.state) {
    // Bytes of whatever kind: a state need not be a text.
    out["state"] = json::binary({item.state->begin(), item.state->end()});
    out["state_version"] = item.state_version;
  }
  if (item.limits) out["limits"] = to_json(*item.limits);
  if (item.program) out["program"] = {{"path", item.program->path}, {"arguments", item.program->arguments}};
  return out;
}

std::string cbor(const json& request) {
  const std::vector<uint8_t> bytes = json::to_cbor(request);
  return {bytes.begin(), bytes.end()};
}

// Neither an answer that stops in its middle nor a child that reads nothing holds the host for longer.
void limit_waiting(int socket, std::chrono::milliseconds patience) {
  const timeval time{patience.count() / 1000, patience.count() % 1000 * 1000};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

bool readable_before(int socket, Clock::time_point end) {
  pollfd poll_fd{socket, POLLIN, 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    const int ready = ::poll(&poll_fd, 1, static_cast<int>(std::max<long>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

}  // namespace

Preflight::Preflight(std::string program, std::vector<std::string> arguments, std::chrono::milliseconds patience)
    : program_(std::move(program)), arguments_(std::move(arguments)), patience_(patience) {
  start();
}

Preflight::~Preflight() { end(); }

std::optional<std::string> Preflight::start() {
  if (child_.pid > 0) return std::nullopt;
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) return std::strerror(errno);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, sockets[1], STDIN_FILENO);
  // What it prints belongs to nobody: its answers come on the socket.
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  sigset_t none;
  sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> argv{const_cast<char*>(program_.c_str())};
  for (const auto& argument : arguments_) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int error = ::posix_spawn(&child_.pid, program_.c_str(), &actions, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(sockets[1]);
  if (error == 0) {
    child_.socket = sockets[0];
    limit_waiting(child_.socket, patience_);
    return std::nullopt;
  }
  ::close(sockets[0]);
  child_.pid = -1;
  return std::strerror(error);
}

// Ends the child where it still runs. How it ended, in words.
std::string Preflight::end() {
  if (child_.pid <= 0) return "";
  ::close(child_.socket);
  ::kill(child_.pid, SIGKILL);
  int status = 0;
  while (::waitpid(child_.pid, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = {};
  if (WIFSIGNALED(status)) return std::string("it ended by ") + ::sigdescr_np(WTERMSIG(status));
  return "it ended the process with exit code " + std::to_string(WEXITSTATUS(status));
}

// One that stood ready may have been ended by others before it saw anything of the plugin, which is not the plugin's
// fault: another one is asked then.
std::optional<std::string> Preflight::ask(const std::string& request, json& answer) {
  bool begun = false;
  auto problem = ask_once(request, answer, begun);
  return begun || !problem ? problem : ask_once(request, answer, begun);
}

std::optional<std::string> Preflight::ask_once(const std::string& request, json& out, bool& begun) {
  if (auto problem = start()) return "no process could be started to try it in: " + *problem;
  const auto end_time = Clock::now() + patience_;
  std::string phase = "starting";
  const bool sent = write_frame(child_.socket, request);
  bool late = false;
  while (sent) {
    late = !readable_before(child_.socket, end_time);
    if (late) break;
    const auto frame = read_frame(child_.socket);
    if (!frame) break;
    begun = true;
    const json answer = json::parse(*frame, nullptr, false);
    if (answer.is_object() && answer.contains("phase")) {
      phase = answer.value("phase", phase);
      continue;
    }
    if (!answer.is_object()) return "it gave an answer that makes no sense";
    out = answer;
    return std::nullopt;
  }
  // Half a frame, or a request that nobody reads, ends by the socket's own patience.
  late = late || Clock::now() >= end_time;
  // A child that died by itself is not killed by us: wait a moment for the kernel to say how.
  if (!late) {
    for (int i = 0; i < 200; ++i) {
      siginfo_t info{};
      if (::waitid(P_PID, static_cast<id_t>(child_.pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0)
        break;
      ::usleep(1000);
    }
  }
  const std::string how = end();
  if (late) return "it did not come back from " + phase + " within " + std::to_string(patience_.count()) + " ms";
  return how + " while " + phase;
}

std::variant<std::string, Refusal> Preflight::describe(const FileRunner& runner, const RunFile& file,
                                                       const std::optional<isolation::Limits>& limits) {
  json request{{"describe", json::binary({file.content.begin(), file.content.end()})},
               {"original", file.original},
               {"ending", file.ending},
               {"runner", to_json(runner)}};
  if (limits) request["limits"] = to_json(*limits);
  json said;
  const auto problem = ask(cbor(request), said);
  // A process that shut itself in for one is none for another.
  if (limits) end();
  if (problem) return Refusal{reason::kPreflightFailed, kTried + *problem};
  if (said.value("ok", false)) return said.value("manifest", "");
  // Reasons are known words here as there.
  const std::string word = said.value("reason", "");
  const auto* known = std::find(kRefusalReasons.begin(), kRefusalReasons.end(), word);
  return Refusal{known == kRefusalReasons.end() ? reason::kBadFile : *known, said.value("message", "it failed")};
}

std::vector<std::optional<std::string>> Preflight::check(const std::vector<PreflightItem>& items) {
  std::vector<std::optional<std::string>> out;
  out.reserve(items.size());
  for (const auto& item : items) {
    json said;
    auto problem = ask(cbor(to_json(item)), said);
    if (!problem && !said.value("ok", false)) problem = said.value("message", "it failed");
    out.push_back(problem ? std::optional(kTried + *problem) : std::nullopt);
    if (item.limits) end();
  }
  // What was looked at must not stand in the way of what comes; the next one stands ready.
  end();
  start();
  return out;
}

}  // namespace solder::host

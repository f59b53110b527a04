#include "core/host/isolation/spawning.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

namespace solder::host::isolation {

namespace {

// What Solder was started with is none of a plugin's business: credentials stand there. What a language's run time asks
// for is let through.
std::vector<char*> environment() {
  constexpr std::array kNames = {"PATH=", "HOME=", "LANG=", "LC_", "TZ=", "LD_LIBRARY_PATH=", "PYTHON", "GODEBUG="};
  constexpr std::array kTools = {"ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS=", "LSAN_OPTIONS="};
  std::vector<char*> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto begins = [&](const char* name) { return text.rfind(name, 0) == 0; };
    if (std::any_of(kNames.begin(), kNames.end(), begins) || std::any_of(kTools.begin(), kTools.end(), begins))
      out.push_back(*entry);
  }
  out.push_back(nullptr);
  return out;
}

Spawned spawn_here(const Program& program) {
  Spawned out;
  int sockets[2] = {-1, -1}, output[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    out.problem = std::strerror(errno);
    return out;
  }
  // Neither end waits: what nobody reads in time is lost, and a process that prints without end holds nobody.
  if (::pipe2(output, O_CLOEXEC | O_NONBLOCK) != 0) {
    out.problem = std::strerror(errno);
    ::close(sockets[0]);
    ::close(sockets[1]);
    return out;
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, sockets[1], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output[1], STDERR_FILENO);
  // Whatever somebody in this process, a plugin perhaps, has opened without O_CLOEXEC.
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  // A group of its own: Ctrl-C at a terminal is Solder's to handle.
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> argv{const_cast<char*>(program.path.c_str())};
  for (const auto& argument : program.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int error =
      ::posix_spawn(&out.pid, program.path.c_str(), &actions, &attributes, argv.data(), environment().data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(sockets[1]);
  ::close(output[1]);
  if (error == 0) {
    out.socket = sockets[0];
    out.output = output[0];
    return out;
  }
  ::close(sockets[0]);
  ::close(output[0]);
  out.pid = -1;
  out.problem = std::strerror(error);
  return out;
}

// The thread that starts them all.
class Starter {
 public:
  // Never destroyed, and its thread neither: the processes end with it.
  static Starter& instance() {
    static Starter& starter = *std::make_unique<Starter>().release();
    return starter;
  }

  Starter() {
    std::thread([this] { run(); }).detach();
  }

  Spawned spawn(const Program& program) {
    std::promise<Spawned> promise;
    auto answer = promise.get_future();
    {
      const std::lock_guard lock(mutex_);
      tasks_.emplace_back([&] { promise.set_value(spawn_here(program)); });
    }
    filled_.notify_one();
    return answer.get();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      filled_.wait(lock, [this] { return !tasks_.empty(); });
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::function<void()>> tasks_;
};

}  // namespace

Spawned spawn(const Program& program) { return Starter::instance().spawn(program); }

}  // namespace solder::host::isolation

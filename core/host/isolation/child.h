// One process that serves a plugin, from its start to its end. One thread, but for receive() and hang_up() once both
// sides speak when they like.
// Tested by tests/plugin/isolation_test.cc.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include "core/host/isolation/channel.h"
#include "core/host/isolation/messages.h"
#include "core/host/isolation/spawning.h"

namespace solder::host::isolation {

class Child;
using ChildPtr = std::unique_ptr<Child>;

// How an exchange failed, and what is known of the process.
struct Failure {
  Channel::Outcome outcome = Channel::Outcome::kDone;
  bool from_outside = false;  // ended by a SIGKILL that was not ours: an operator's, or the kernel's for want of memory
  bool waiting = false;       // there is no process yet, which is known and counted
  std::string words{};        // "it ended by Segmentation fault (its last words: ...)"
};

// Why a process did not come to serve: the plugin's own refusal, or a failure.
struct NotStarted {
  Refusing refusing{};
  bool from_outside = false;
};

// By which another thread can have a start end at once, or never begin. [any thread]
class StartBreaker {
 public:
  void trip();

 private:
  friend class Child;
  void watch(const Child* child);

  std::mutex mutex_;
  const Child* child_ = nullptr;  // that is being started
  bool tripped_ = false;
};

class Child {
 public:
  using Clock = Channel::Clock;

  // The plugin is open when this returns. `state` is handed to it before anything else.
  static std::variant<ChildPtr, NotStarted> start(const Program& program, const Start& start, const Restore* state,
                                                  Clock::time_point end, Ready& ready, StartBreaker* breaker = nullptr);
  // Ends the process.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  Channel::Outcome send(std::string_view frame, Clock::time_point end) { return channel_.send(frame, end); }
  Channel::Outcome receive(std::string_view& frame, Clock::time_point end) { return channel_.receive(frame, end); }
  void open_both_ways() { channel_.open_both_ways(); }
  void hang_up() const { channel_.hang_up(); }
  [[nodiscard]] bool broken() const { return channel_.broken(); }
  // Processor time that it has used.
  [[nodiscard]] std::chrono::nanoseconds cpu() const;
  // What it has printed goes to the log.
  void drain();
  // Ends the process, which failed by `outcome` while `doing`, and says how it went.
  Failure fail(Channel::Outcome outcome, const std::string& doing);

 private:
  Child(Spawned spawned, std::string name);
  void log_line(std::string_view line);
  // True where it was gone before it was ended.
  bool end(int& status);

  pid_t pid_;
  int output_;
  const std::string name_;
  Channel channel_;
  std::string partial_;     // of a line
  std::string last_words_;  // the last line that it printed itself
};

}  // namespace solder::host::isolation

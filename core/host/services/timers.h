// The host's side of "solder.loop/1" for one instance of a plugin: timers that fire under the lock that serialises its
// calls, and with them whatever else the host has to bring to it, such as answers to its requests. The thread begins
// with the first timer and belongs to this instance alone: a plugin that hangs holds up its own timers only. Tested by
// tests/unit/host/timers_test.cc.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "solder/services/loop.h"

namespace solder::host {

class Timers {
 public:
  // Both must outlive close(). `strand` is held while a timer's function runs.
  Timers(const std::string& plugin, std::mutex& strand);
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  [[nodiscard]] const solder_svc_loop* table() const { return &table_; }

  // Timers are taken from the start; they fire from open() on, and until pause(). What is due meanwhile fires after the
  // next open(). pause() does not wait for the one that is firing.
  void open();
  void pause();
  // Runs `task` as a timer that is due now. `doing`: what the log calls it. Not counted among the plugin's timers.
  void post(const char* doing, std::function<void()> task);
  // When it returns, no timer is firing and none ever will. Not to be called with the strand held.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  using Due = std::pair<Clock::time_point, solder_timer>;
  struct Pending {
    Clock::time_point when;
    const char* doing;
    std::function<void()> task;
  };

  solder_timer add(std::chrono::nanoseconds delay, const char* doing, std::function<void()> task);
  solder_status start(uint64_t delay_ns, solder_fired fired, void* arg, solder_timer* timer);
  void cancel(solder_timer timer);
  void begin_thread();
  void run();
  void fire(solder_timer timer);

  const std::string& plugin_;
  std::mutex& strand_;
  solder_svc_loop table_;

  std::mutex mutex_;  // taken after the strand, never before it
  std::condition_variable changed_;
  bool open_ = false, closed_ = false;
  solder_timer last_ = 0;
  size_t posted_ = 0;  // of those that wait
  std::unordered_map<solder_timer, Pending> pending_;
  std::map<Due, solder_timer> due_;
  std::thread thread_;
};

}  // namespace solder::host

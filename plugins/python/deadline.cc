#include "deadline.h"

#include <pybind11/pybind11.h>
#include <pythread.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace py = pybind11;

namespace solder::python {

namespace {

using Clock = std::chrono::steady_clock;  // what deadlines of calls are told in
using Time = Clock::time_point;

// A plugin may catch what is raised: it is raised again.
constexpr auto kAgain = std::chrono::milliseconds(500);

// Who has until when. Its lock is taken with the interpreter's held or with nothing held that anybody waits for.
class Watch {
 public:
  // Never ended: neither is the interpreter, nor does this library leave the process.
  static Watch& get() {
    static auto* watch = new Watch;
    return *watch;
  }

  uint64_t begin(Time due) {
    const std::lock_guard lock(mutex_);
    const uint64_t number = ++last_;
    running_[number] = {PyThread_get_thread_ident(), due, false};
    // Most calls end in time: the thread wakes for a deadline long after, and sees that nobody is there.
    if (due < wakes_) {
      wakes_ = due;
      changed_.notify_one();
    }
    return number;
  }

  void end(uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto at = running_.find(number);
    // What was raised and has not come yet must not hit what this thread does next.
    if (at->second.raised) PyThreadState_SetAsyncExc(at->second.thread, nullptr);
    running_.erase(at);
  }

 private:
  struct Call {
    unsigned long thread;
    Time due;
    bool raised;
  };

  Watch() {
    std::thread([this] { run(); }).detach();
  }

  [[noreturn]] void run() {
    while (true) {
      wait();
      const py::gil_scoped_acquire lock;
      raise(py::module_::import("solder._calls").attr("TookTooLong"));
    }
  }

  // Until somebody is late.
  void wait() {
    std::unique_lock lock(mutex_);
    while (true) {
      Time next = Time::max();
      for (const auto& [number, call] : running_) next = std::min(next, call.due);
      if (next <= Clock::now()) return;
      wakes_ = next;
      if (next == Time::max()) {
        changed_.wait(lock);
      } else {
        changed_.wait_until(lock, next);
      }
    }
  }

  void raise(const py::object& exception) {
    const std::lock_guard lock(mutex_);
    const Time now = Clock::now();
    for (auto& [number, call] : running_) {
      if (call.due > now) continue;
      PyThreadState_SetAsyncExc(call.thread, exception.ptr());
      call.raised = true;
      call.due = now + kAgain;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, Call> running_;
  uint64_t last_ = 0;
  Time wakes_ = Time::max();
};

}  // namespace

Deadline::Deadline(uint64_t monotonic_ns)
    : number_(Watch::get().begin(Time(
          std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(static_cast<int64_t>(monotonic_ns)))))) {
}

Deadline::~Deadline() { Watch::get().end(number_); }

uint64_t Deadline::after(std::chrono::nanoseconds time) {
  return static_cast<uint64_t>((Clock::now().time_since_epoch() + time).count());
}

}  // namespace solder::python

#include "core/host/activity.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace solder::host {

thread_local Activity* Activity::current_ = nullptr;

namespace {

// A signal handler can do no more than write to a file that is open.
std::atomic<int> crash_note{-1};

constexpr int kCrashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

}  // namespace

// All activities under way, looked at by a thread that lives while there is one.
class Watch {
 public:
  // Never destroyed: plugins may be called until the very end.
  static Watch& instance() {
    static Watch& watch = *std::make_unique<Watch>().release();
    return watch;
  }

  void add(Activity& activity) {
    const std::lock_guard lock(mutex_);
    activities_.push_back(&activity);
    if (!std::exchange(running_, true)) std::thread([this] { run(); }).detach();
  }

  void remove(Activity& activity) {
    const std::lock_guard lock(mutex_);
    std::erase(activities_, &activity);
  }

 private:
  static constexpr auto kLook = std::chrono::milliseconds(250);

  void run() {
    std::unique_lock lock(mutex_);
    // Ended only after it was idle for a while: most calls take microseconds and come one after the other.
    for (int idle = 0; idle < 20;) {
      wake_.wait_for(lock, kLook);
      idle = activities_.empty() ? idle + 1 : 0;
      const auto now = std::chrono::steady_clock::now();
      for (Activity* activity : activities_) warn_if_late(*activity, now);
    }
    running_ = false;
  }

  static void warn_if_late(Activity& activity, std::chrono::steady_clock::time_point now) {
    if (now < activity.warn_at_) return;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - activity.since_);
    spdlog::warn("still {} plugin {} after {} ms; whatever needs it waits until it comes back", activity.doing_,
                 activity.plugin_, took.count());
    activity.patience_ *= 2;
    activity.warn_at_ = now + activity.patience_;
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Activity*> activities_;
  bool running_ = false;
};

Activity::Activity(const char* doing, const std::string& plugin, std::chrono::nanoseconds allowed)
    : outer_(current_), doing_(doing), plugin_(plugin), patience_(allowed), since_(std::chrono::steady_clock::now()) {
  warn_at_ = since_ + allowed;
  current_ = this;
  Watch::instance().add(*this);
}

Activity::~Activity() {
  Watch::instance().remove(*this);
  current_ = outer_;
}

// Only what is safe in a signal handler.
void tell_of_crash(int signal) {
  const auto say = [](const char* text, size_t size) {
    if (::write(STDERR_FILENO, text, size) < 0) return;
  };
  if (const Activity* activity = Activity::current_) {
    const auto words = [&](const char* text) { say(text, std::strlen(text)); };
    words("solder: ");
    words(sigdescr_np(signal));
    words(" while ");
    words(activity->doing_);
    words(" plugin ");
    say(activity->plugin_.data(), activity->plugin_.size());
    words("; take it out of the plugin directory to go on without it\n");
    if (const int note = crash_note; note >= 0 && ::write(note, activity->plugin_.data(), activity->plugin_.size()) < 0)
      words("and that could not be noted\n");
  }
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

void leave_crash_note(const std::string& file) {
  crash_note = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

void name_no_crashes() {
  for (const int signal : kCrashes) {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    if (now.sa_handler == tell_of_crash) std::signal(signal, SIG_DFL);
  }
}

void name_plugins_that_crash() {
  for (const int signal : kCrashes) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // A sanitizer or a debugger that listens already says more than we could.
    if (before.sa_handler != SIG_DFL) continue;
    struct sigaction action {};
    action.sa_handler = tell_of_crash;
    action.sa_flags = SA_NODEFER;
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace solder::host

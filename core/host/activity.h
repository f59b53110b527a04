// What the calling thread is doing inside a plugin, for the words that are said when it does not come back: a call that
// runs on past its deadline is named in the log, and a crash names the plugin before the process goes.
// Tested by tests/plugin/activity_test.cc.
#pragma once

#include <chrono>
#include <string>

namespace solder::host {

// From its making to its end the thread is `doing` something with `plugin` (a name or a file). Both must outlive it.
// Nested ones belong to the innermost.
class Activity {
 public:
  // `allowed`: after that long a warning is logged, and again each time the time has doubled.
  Activity(const char* doing, const std::string& plugin, std::chrono::nanoseconds allowed);
  ~Activity();
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

 private:
  Activity* const outer_;
  const char* const doing_;
  const std::string& plugin_;
  friend class Watch;
  std::chrono::steady_clock::time_point warn_at_;
  std::chrono::nanoseconds patience_;
  std::chrono::steady_clock::time_point since_;

  static thread_local Activity* current_;
  friend void tell_of_crash(int signal);
};

// From now on a fatal signal (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) that comes inside a plugin writes one line with
// its name to standard error and then ends the process as it would have.
void name_plugins_that_crash();
// No longer: who started this process says it.
void name_no_crashes();
// And leaves it in this file, for the process that comes after.
void leave_crash_note(const std::string& file);

}  // namespace solder::host

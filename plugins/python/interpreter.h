// The Python interpreter of this process: started once, never ended, with the package `solder` that this library
// carries. Tested by tests/plugin/python_test.cc.
#pragma once

#include <optional>
#include <string>

#include "solder/plugin.h"

namespace solder::python {

// Starts it where it does not run; the lock is free afterwards. Words: why it cannot be used. One thread.
std::optional<std::string> start_interpreter();
// Whether Python runs in this process for somebody else, such as another version of this library.
bool runs_elsewhere();

// While it lives, what Python code of this thread prints goes to this host's log.
class LogScope {
 public:
  explicit LogScope(const solder_host* host);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

 private:
  const solder_host* before_;
};

// To the log of the innermost LogScope of this thread; dropped where there is none.
void log_line(uint32_t level, const std::string& line);

}  // namespace solder::python

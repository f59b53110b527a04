// What `solder` exits with; docs/cli.md says the same. Tested by tests/unit/cli/command_line_test.cc.
#pragma once

namespace solder::cli {

inline constexpr int kOk = 0;
inline constexpr int kProblems = 1;   // it ran, and something is wrong with what it looked at
inline constexpr int kUsage = 2;      // the command line or the configuration file is wrong
inline constexpr int kCannotRun = 3;  // what it needs is not there: a file, a port, a directory, a server

}  // namespace solder::cli

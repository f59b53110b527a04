// Starts the processes that serve plugins. A process asks the kernel to end it with the thread that started it
// (PR_SET_PDEATHSIG), so that none outlives Solder, not even one that is stopped; that must be a thread which lives as
// long as Solder does. [any thread] Tested by tests/plugin/isolation_test.cc.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace solder::host::isolation {

struct Program {
  std::string path;
  std::vector<std::string> arguments;
};

struct Spawned {
  pid_t pid = -1;
  int socket = -1;  // its standard input's other end
  int output = -1;  // what it prints, not blocking
  std::string problem{};
};
Spawned spawn(const Program& program);

}  // namespace solder::host::isolation

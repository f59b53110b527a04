// `solder`: what stands on the command line is understood in command_line.cc, one file a command.
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"

int main(int argc, char** argv) {
  // A reader that goes away (`| head`) ends a write with an error, not the program with a signal.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return solder::cli::run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    solder::cli::complain(std::string("unexpected: ") + error.what());
    return solder::cli::kCannotRun;
  }
}

// `solder`: what stands on the command line is understood in command_line.cc, one file a command.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "core/host/activity.h"

int main(int argc, char** argv) {
  // A reader that goes away (`| head`) ends a write with an error, not the program with a signal.
  std::signal(SIGPIPE, SIG_IGN);
  solder::host::name_plugins_that_crash();
  // What is printed is for programs; what is logged is not.
  spdlog::set_default_logger(spdlog::stderr_color_mt("solder"));
  spdlog::set_pattern("solder: %v");
  try {
    return solder::cli::run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    solder::cli::complain(std::string("unexpected: ") + error.what());
    return solder::cli::kCannotRun;
  }
}

// A look at plugins in a process of its own, before they may run in this one: there they are opened, made, given the
// state of the generation that runs and samples of what it is asked, and ended. What crashes, hangs or eats memory
// there costs that process. One process stands ready at any time, so that a look costs no start; it looks once.
// Tested by tests/plugin/manager_test.cc.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/host/file_runners.h"
#include "core/host/isolation/limits.h"
#include "core/host/isolation/spawning.h"

namespace solder::host {

struct PreflightItem {
  std::string name;
  std::string file;      // the private copy
  std::string original;  // where the operator put it
  std::optional<FileRunner> runner;
  std::string config_json = "{}";
  std::optional<std::string> state;  // what restore() gets, and of which version
  std::string state_version;
  std::vector<std::string> samples;
  // It is to have a process of its own: what it may do there is all that it may do here.
  std::optional<isolation::Limits> limits{};
  // It is a program: what serves such.
  std::optional<isolation::Program> program{};
};

// The child's part: answers the requests that come on `socket` until it is closed. Gives the exit code.
int serve_preflight(int socket);

// One thread.
class Preflight {
 public:
  // `program` with `arguments` must run serve_preflight(0).
  Preflight(std::string program, std::vector<std::string> arguments, std::chrono::milliseconds patience);
  ~Preflight();
  Preflight(const Preflight&) = delete;
  Preflight& operator=(const Preflight&) = delete;

  // For each item nothing, or what is wrong with it, as a sentence. An item that takes the process with it costs the
  // others nothing.
  std::vector<std::optional<std::string>> check(const std::vector<PreflightItem>& items);
  // The manifest of a file that `runner` runs. The process stays, for the look that comes next; with limits it ends.
  std::variant<std::string, Refusal> describe(const FileRunner& runner, const RunFile& file,
                                              const std::optional<isolation::Limits>& limits = std::nullopt);

 private:
  struct Child {
    pid_t pid = -1;
    int socket = -1;
  };
  std::optional<std::string> start();
  std::string end();
  // Nothing, or what was in the way of an answer, as a sentence. `request` is CBOR, `answer` an object.
  std::optional<std::string> ask(const std::string& request, nlohmann::json& answer);
  // `begun`: it had the plugin in hand.
  std::optional<std::string> ask_once(const std::string& request, nlohmann::json& answer, bool& begun);

  const std::string program_;
  const std::vector<std::string> arguments_;
  const std::chrono::milliseconds patience_;
  Child child_;
};

}  // namespace solder::host

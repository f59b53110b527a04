// A scenario is a text file: what is published, what a client says and what it must be sent, step by step. It runs
// over any Wire: a Stream with a clock of its own (tests/unit/xds), or a real server and a gRPC connection
// (tests/feature/xds). docs/xds.md lists the steps.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/xds/server.h"
#include "tests/feature/xds/test_client.h"

namespace solder::xds::testing {

class Wire {
 public:
  virtual ~Wire() = default;
  virtual void open(bool delta) = 0;  // a new stream; ends the one before
  virtual void send(const std::string& request) = 0;
  virtual std::optional<std::string> receive() = 0;  // nothing: none came in good time
  // Nothing is to come any more. Gives what came all the same.
  virtual std::optional<std::string> expect_nothing() = 0;
  virtual void publish(std::shared_ptr<const SnapshotsByRole> snapshots) = 0;
  virtual void restart_server() = 0;  // with what was published last
  virtual void pass(std::chrono::milliseconds time) = 0;
  [[nodiscard]] virtual std::vector<Refusal> refusals() = 0;
  [[nodiscard]] virtual std::vector<Culprit> culprits() = 0;
};

// The file's lines; whether it needs a clock that can be moved.
struct Scenario {
  std::string name;
  std::vector<std::string> lines;
  [[nodiscard]] bool needs_clock() const;
};

std::vector<Scenario> load_scenarios(const std::string& directory);
// Empty when all went as written, else "line 12: ...".
std::string run_scenario(const Scenario& scenario, Wire& wire);

}  // namespace solder::xds::testing

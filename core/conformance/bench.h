// What calls of a plugin cost, through the host's own way of calling, for each operation and key in batches of one and
// of sixty-four. Tested by tests/plugin/bench_command_test.py.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/conformance/session.h"

namespace solder::conformance {

struct Timing {
  std::string operation, scope, key;  // operation "host": what a call costs where the plugin does nothing
  size_t inputs = 0;                  // of one call
  size_t calls = 0;                   // that were timed
  double median = 0, p99 = 0;         // of one call, in microseconds
};

// In a process of its own; what went wrong, as a sentence.
std::variant<std::vector<Timing>, std::string> bench(Trial& trial, std::chrono::milliseconds for_each);

std::string to_table(const std::vector<Timing>& timings);
std::string to_json(const std::string& plugin, const std::vector<Timing>& timings);

}  // namespace solder::conformance

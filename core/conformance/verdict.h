// What one check found.
#pragma once

#include <string>
#include <utility>

namespace solder::conformance {

enum class State { kPassed, kFailed, kSkipped };

struct Verdict {
  State state = State::kPassed;
  std::string message;  // what was found, or why it was skipped
};

inline Verdict passed() { return {}; }
inline Verdict failed(std::string message) { return {State::kFailed, std::move(message)}; }
inline Verdict skipped(std::string message) { return {State::kSkipped, std::move(message)}; }

}  // namespace solder::conformance

// One problem that a person should know: which object, which field, what stands there, what would be right.
// Reasons are stable words, listed in docs/reference/reasons.md (tests/tools/reasons_reference_test.py).
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/model/object.h"

namespace solder::model {

enum class Severity { kInfo = 0, kWarning = 1, kError = 2 };
inline const char* to_string(Severity severity) {
  return severity == Severity::kError ? "error" : severity == Severity::kWarning ? "warning" : "info";
}

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string reason{};    // CamelCase: "UnknownField"
  ObjectRef object{};      // kind "File" with name = path where a file has no readable object
  std::string field{};     // JSON pointer from the object's root: "/spec/virtualHost/routes/0/options/timeout"
  std::string message{};   // one sentence
  std::string found{};     // may be empty
  std::string expected{};  // may be empty
  std::string plugin{};    // that found it; empty: the core
  ObjectRef related{};     // another object involved; empty kind: none
  SourceLocation where{};  // filled in by the reporter (config::locate), or by whoever knows it already

  auto operator<=>(const Diagnostic&) const = default;
  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

inline bool has_error(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::kError; });
}

// Gloo's three states of an object.
enum class State { kAccepted = 0, kWarning = 1, kRejected = 2 };
inline const char* to_string(State state) {
  return state == State::kAccepted ? "Accepted" : state == State::kWarning ? "Warning" : "Rejected";
}

struct ObjectReport {
  ObjectRef object{};
  State state = State::kAccepted;
  Diagnostics diagnostics{};  // every problem found, in order of place
  uint64_t hash = 0;          // of the object's content that this is about; 0: there is no readable object

  bool operator==(const ObjectReport&) const = default;
};

}  // namespace solder::model

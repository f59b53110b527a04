// What becomes of Gloo's objects here: one verdict an object, from the object itself and what translating all of them
// together said. Pure; any thread. Tested by tests/unit/cli/from_gloo_test.py.
#pragma once

#include <string>
#include <vector>

#include "core/model/diagnostic.h"
#include "core/model/object.h"

namespace solder::cli {

enum class Outcome {
  kUnchanged,    // it works as it does in Gloo
  kDiffers,      // it works; each difference is named
  kUnsupported,  // part or all of it is not served
  kMistaken,     // the object itself is wrong
  kAside         // none of ours, or not needed
};
inline constexpr size_t kOutcomes = 5;
// "unchanged", "differs", ...: for programs.
const char* to_word(Outcome outcome);

struct Finding {
  Outcome kind = Outcome::kDiffers;  // kUnchanged: a note, which changes nothing
  std::string field{};               // as in reports; may be empty
  std::string what{};                // one sentence
  std::string way{};                 // what to do instead; may be empty
  std::string anchor{};              // in docs/differences.md; may be empty
  std::string reason{};              // of the diagnostic, where there is one

  auto operator<=>(const Finding&) const = default;
};

struct Verdict {
  model::ObjectRef object;
  model::SourceLocation where;
  Outcome outcome = Outcome::kUnchanged;
  std::vector<Finding> findings;
};

// `problems` are the object's own.
Verdict judge(const model::Object& object, const model::Diagnostics& problems);
// Of an object that its file names and that could not be made: other projects have kinds of the same names.
Verdict judge_unread(const model::ObjectRef& object, const model::Diagnostics& problems);

}  // namespace solder::cli

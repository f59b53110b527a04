// What is wrong with a transformation's configuration: where in its JSON, what kind, and the sentence for a person. One
// list for all, so that an author sees every mistake at once.
#pragma once

#include <string>
#include <vector>

namespace solder::transformation {

struct ConfigProblem {
  std::string field;   // JSON pointer
  std::string reason;  // a word of docs/reference/reasons.md
  std::string message;
  std::string found;
  std::string expected;
};

using ConfigProblems = std::vector<ConfigProblem>;

}  // namespace solder::transformation

// Renders templates for one message. Every way out that is not a text is an error with a sentence: a value that is not
// there, a type that does not fit, more work than kMostSteps or more text than kMostOutput. No exception, no unbounded
// recursion (see parser.h and json.h). One thread; cheap to make. Tested by tests/unit/transformation/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arena.h"
#include "surroundings.h"
#include "template.h"
#include "value.h"

namespace solder::transformation {

inline constexpr size_t kMostSteps = 5'000'000;
inline constexpr size_t kBytesOfStep = 32;  // copied, printed or compared
inline constexpr size_t kMostOutput = size_t{256} << 20;

// Where Gloo keeps metadata of transformations, and where templates look when they name no other place.
inline constexpr std::string_view kMetadataNamespace = "io.solo.transformation";

struct Inputs {
  const Surroundings* around = nullptr;
  std::string_view body;
  Value context;  // the body as JSON, with the extractions where names are in dots
  std::vector<std::pair<std::string_view, std::string_view>> extractions;
  bool escape = false;  // texts are printed as the inside of a JSON string
};

// What a function may use.
class Call {
 public:
  Call(Arena& memory, const Inputs& given) : arena(memory), inputs(given) {}
  virtual ~Call() = default;

  bool fail(std::string message) {
    if (error.empty()) error = std::move(message);
    return false;
  }
  bool spend(size_t steps) {
    steps_ += steps;
    return steps_ <= kMostSteps || fail("the template does too much work");
  }
  // A text of its own, in the arena.
  bool text(std::string_view from, Value& out) {
    if (!spend(from.size() / kBytesOfStep)) return false;
    const std::string_view copy = arena.copy(from);
    if (copy.size() != from.size()) return fail("too much memory would be needed");
    out = Value::of(copy);
    return true;
  }
  std::string_view random_for(std::string_view pattern);

  Arena& arena;
  const Inputs& inputs;
  std::string error;

 private:
  size_t steps_ = 0;
  std::map<std::string, std::string, std::less<>> randoms_;
};

class Renderer : public Call {
 public:
  Renderer(Arena& memory, const Inputs& given) : Call(memory, given) {}

  // kPath: each value that is printed is percent-encoded, and refused where it would climb in a path.
  enum class As { kText, kPath };
  // Nothing, and `failure` filled, where it cannot be rendered.
  std::optional<std::string> render(const Template& from, TemplateError& failure, As as = As::kText);

 private:
  enum class Outcome { kValue, kMissing, kFailed };

  bool statements(const Statements& list, std::string& out);
  bool print(const Value& value, std::string& out);
  bool print_in_path(const Expression& expression, const Value& value, std::string& out);
  bool loop(const Statement& statement, std::string& out);
  bool turn(const Statement& statement, uint32_t index, uint32_t count, const Value& list, std::string& out);
  // A value, or an error where it is missing.
  bool value_of(const Expression& expression, Value& out);
  Outcome evaluate(const Expression& expression, Value& out);
  Outcome variable(const Expression& expression, Value& out);
  Outcome binary(const Expression& expression, Value& out);
  Outcome arithmetic(const Expression& expression, const Value& a, const Value& b, Value& out);
  Outcome call(const Expression& expression, Value& out);
  Outcome failed(const Expression& at, std::string message);
  bool assign(std::string_view name, const Value& value);
  const Value* assigned(std::string_view name) const;

  Notation notation_ = Notation::kDots;
  As as_ = As::kText;
  std::vector<std::pair<std::string_view, Value>> variables_;  // of set and for; the last of a name counts
  Position at_;
  bool located_ = false;
};

}  // namespace solder::transformation

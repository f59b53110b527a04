// A compiled template: what pantor/inja's syntax can say in one text, without files. parse() is the only way to one; it
// knows every function and the number of its arguments, so that what can be known before a request is known then.
// Immutable and shared by threads once parsed. Source: inja 3 for the syntax and the precedence of operators. Tested by
// tests/unit/transformation/template_test.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arena.h"
#include "template_error.h"
#include "value.h"

namespace solder::transformation {

struct Function;  // functions.h

// How names say where in the body a value is: "time.start", or with advancedTemplates "time/start".
enum class Notation { kDots, kPointer };

struct Expression {
  enum class Kind {
    kLiteral,
    kVariable,
    kCall,
    kDefault,  // default(a, b): a may be missing
    kExists,   // exists("a.b")
    kMember,   // a(...).b
    kNot,
    kAnd,
    kOr,
    kIn,
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kPower,
    kModulo
  };
  Kind kind = Kind::kLiteral;
  Value literal;
  std::string name;               // of a variable, a member, a function
  std::vector<std::string> path;  // of a variable
  const Function* function = nullptr;
  std::vector<std::unique_ptr<Expression>> arguments;
  Position at;
};
using ExpressionPtr = std::unique_ptr<Expression>;
using ExpressionKind = Expression::Kind;

struct Statement;
using Statements = std::vector<Statement>;

struct Statement {
  enum class Kind { kText, kPrint, kIf, kFor, kSet };
  Kind kind = Kind::kText;
  std::string text;          // the text; the variable of a set; the loop's variable
  std::string key;           // of a loop over an object
  ExpressionPtr expression;  // what is printed, asked, walked over, set
  Statements body;
  Statements otherwise;  // else
};

class Template {
 public:
  Template() : literals_(kLiteralBytes) {}

  static std::optional<Template> parse(std::string_view text, Notation notation, TemplateError& error);

  [[nodiscard]] const Statements& statements() const { return statements_; }
  [[nodiscard]] Notation notation() const { return notation_; }
  // Whether it asks for anything that comes from the body: then the body must be there.
  [[nodiscard]] bool reads_body() const { return reads_body_; }

 private:
  friend class Parser;
  static constexpr size_t kLiteralBytes = 4 << 20;

  Arena literals_;
  Statements statements_;
  Notation notation_ = Notation::kDots;
  bool reads_body_ = false;
};

// "a.b.0" or "a/b/0" as its parts.
std::vector<std::string> path_of(std::string_view name, Notation notation);

}  // namespace solder::transformation

#include "parser.h"

#include <algorithm>
#include <array>

#include "json.h"

namespace solder::transformation {

namespace {

struct Operator {
  std::string_view text;
  ExpressionKind kind;
  int precedence;
};
// As inja has them: "and" and "or" bind alike, from the left; "not" binds like a product.
constexpr std::array<Operator, 15> kOperators = {{{"and", ExpressionKind::kAnd, 1},
                                                  {"or", ExpressionKind::kOr, 1},
                                                  {"in", ExpressionKind::kIn, 2},
                                                  {"==", ExpressionKind::kEqual, 2},
                                                  {"!=", ExpressionKind::kNotEqual, 2},
                                                  {"<", ExpressionKind::kLess, 2},
                                                  {"<=", ExpressionKind::kLessEqual, 2},
                                                  {">", ExpressionKind::kGreater, 2},
                                                  {">=", ExpressionKind::kGreaterEqual, 2},
                                                  {"+", ExpressionKind::kAdd, 3},
                                                  {"-", ExpressionKind::kSubtract, 3},
                                                  {"*", ExpressionKind::kMultiply, 4},
                                                  {"/", ExpressionKind::kDivide, 4},
                                                  {"%", ExpressionKind::kModulo, 4},
                                                  {"^", ExpressionKind::kPower, 5}}};
constexpr int kNotPrecedence = 4;
constexpr int kPowerPrecedence = 5;

const Operator* operator_of(const Token& token) {
  if (token.kind != Token::Kind::kSign && token.kind != Token::Kind::kName) return nullptr;
  const auto at =
      std::find_if(kOperators.begin(), kOperators.end(), [&](const auto& o) { return o.text == token.text; });
  return at == kOperators.end() ? nullptr : &*at;
}

std::string described(const Token& token) {
  return token.kind == Token::Kind::kEnd ? "the end of the template" : "'" + std::string(token.text) + "'";
}

}  // namespace

ExpressionPtr Parser::make(ExpressionKind kind, const Token& at) {
  auto out = std::make_unique<Expression>();
  out->kind = kind;
  out->at = position_of(text_, at.offset);
  return out;
}

bool Parser::fail(const Token& at, std::string message) {
  if (error_.message.empty()) error_ = {std::move(message), position_of(text_, at.offset)};
  return false;
}

bool Parser::expected(const std::string& what) {
  return fail(ahead(), "expected " + what + ", got " + described(ahead()));
}

ExpressionPtr Parser::expression(int weakest, int depth) {
  if (depth == 0) links_ = 0;
  if (depth > kDeepestBlock) return fail(ahead(), "an expression nested too deep"), nullptr;
  ExpressionPtr left;
  if (is_word("not")) {
    left = make(ExpressionKind::kNot, next());
    left->arguments.push_back(expression(kNotPrecedence + 1, depth + 1));
    if (!left->arguments.back()) return nullptr;
  } else {
    left = operand(depth);
  }
  while (left) {
    const Operator* found = operator_of(ahead());
    if (found == nullptr || found->precedence < weakest) return left;
    if (++links_ > kMostLinks) return fail(ahead(), "an expression of too many parts"), nullptr;
    auto both = make(found->kind, next());
    const bool from_right = found->precedence == kPowerPrecedence;
    both->arguments.push_back(std::move(left));
    both->arguments.push_back(expression(from_right ? found->precedence : found->precedence + 1, depth + 1));
    if (!both->arguments.back()) return nullptr;
    left = std::move(both);
  }
  return nullptr;
}

ExpressionPtr Parser::operand(int depth) {
  const Token from = ahead();
  ExpressionPtr out;
  if (is_sign("(")) {
    next();
    out = expression(1, depth + 1);
    if (out && !is_sign(")")) return expected("')'"), nullptr;
    if (out) next();
  } else if (is_sign("[") || is_sign("{")) {
    out = brackets();
  } else if (from.kind == Token::Kind::kNumber || from.kind == Token::Kind::kString || is_word("true") ||
             is_word("false") || is_word("null")) {
    next();
    out = literal(from, from.offset + from.text.size());
  } else if (from.kind == Token::Kind::kName && operator_of(from) == nullptr) {
    next();
    out = is_sign("(") ? call(from, nullptr, depth) : variable(from);
  } else {
    return expected("a value"), nullptr;
  }
  return out ? suffixes(std::move(out), depth) : nullptr;
}

// ".name" takes a member, "| name" and "| name(...)" hand the value on as a first argument.
ExpressionPtr Parser::suffixes(ExpressionPtr from, int depth) {
  while (from && (is_sign(".") || is_sign("|"))) {
    if (++links_ > kMostLinks) return fail(ahead(), "an expression of too many parts"), nullptr;
    const bool member = next().text == ".";
    if (ahead().kind != Token::Kind::kName) return expected(member ? "a member's name" : "a function's name"), nullptr;
    const Token name = next();
    if (!member) {
      from = call(name, std::move(from), depth);
      continue;
    }
    auto out = make(ExpressionKind::kMember, name);
    out->name = name.text;
    out->path = path_of(name.text, out_.notation_);
    out->arguments.push_back(std::move(from));
    from = std::move(out);
  }
  return from;
}

ExpressionPtr Parser::call(const Token& name, ExpressionPtr first, int depth) {
  auto out = make(ExpressionKind::kCall, name);
  out->name = name.text;
  if (first) out->arguments.push_back(std::move(first));
  if (is_sign("(")) {
    next();
    while (!is_sign(")")) {
      auto argument = expression(1, depth + 1);
      if (!argument) return nullptr;
      out->arguments.push_back(std::move(argument));
      if (!is_sign(",") && !is_sign(")")) return expected("',' or ')'"), nullptr;
      if (is_sign(",")) next();
    }
    next();
  }
  out->function = find_function(out->name);
  if (out->function == nullptr) return fail(name, "unknown function " + out->name), nullptr;
  const size_t count = out->arguments.size();
  if (count < out->function->least || count > out->function->most) {
    return fail(name,
                "function " + out->name + " takes " + arity_of(*out->function) + ", not " + std::to_string(count)),
           nullptr;
  }
  if (out->name == "default") out->kind = ExpressionKind::kDefault;
  if (out->name == "exists") out->kind = ExpressionKind::kExists;
  if (out->function->reads_body) out_.reads_body_ = true;
  return out;
}

ExpressionPtr Parser::literal(const Token& from, size_t end) {
  JsonError problem;
  const std::string_view text = out_.literals_.copy(text_.substr(from.offset, end - from.offset));
  const auto value = read_json(out_.literals_, text, problem);
  if (!value) return fail(from, std::string("not a JSON value: ") + problem.what), nullptr;
  auto out = make(ExpressionKind::kLiteral, from);
  out->literal = *value;
  return out;
}

// A list or an object is JSON as a whole; it holds no variables.
ExpressionPtr Parser::brackets() {
  const Token from = ahead();
  int open = 0;
  while (true) {
    const Token& token = ahead();
    if (token.kind == Token::Kind::kClose || token.kind == Token::Kind::kEnd)
      return fail(from, "'" + std::string(from.text) + "' without its end"), nullptr;
    if (is_sign("[") || is_sign("{")) ++open;
    if (is_sign("]") || is_sign("}")) --open;
    next();
    if (open == 0) return literal(from, token.offset + token.text.size());
  }
}

ExpressionPtr Parser::variable(const Token& name) {
  auto out = make(ExpressionKind::kVariable, name);
  out->name = name.text;
  out->path = path_of(name.text, out_.notation_);
  out->function = find_function(out->name);  // of no arguments: called where there is no such value
  if (out->function != nullptr && out->function->least > 0) out->function = nullptr;
  out_.reads_body_ = true;
  return out;
}

std::vector<std::string> path_of(std::string_view name, Notation notation) {
  std::vector<std::string> out(1);
  for (size_t i = 0; i < name.size(); ++i) {
    const bool escape = name[i] == '~' && i + 1 < name.size() && (name[i + 1] == '0' || name[i + 1] == '1');
    if (name[i] == '/' || (notation == Notation::kDots && name[i] == '.')) {
      out.emplace_back();
    } else if (escape && notation == Notation::kPointer) {
      out.back() += name[++i] == '0' ? '~' : '/';
    } else {
      out.back() += name[i];
    }
  }
  return out;
}

}  // namespace solder::transformation

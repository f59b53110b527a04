#include "renderer.h"

#include <algorithm>
#include <cmath>

#include "functions.h"
#include "json.h"
#include "web_text.h"

namespace solder::transformation {

namespace {

// What stands at a path below a value; of a list by its number.
const Value* below(const Value* from, const std::vector<std::string>& path, size_t first) {
  for (size_t i = first; from != nullptr && i < path.size(); ++i) {
    if (!from->is_array()) {
      from = from->find(path[i]);
      continue;
    }
    const std::string& part = path[i];
    const bool number = !part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string::npos;
    const size_t index = number ? std::stoul(part) : from->size;
    from = index < from->size ? &from->items[index] : nullptr;
  }
  return from;
}

}  // namespace

std::string_view Call::random_for(std::string_view pattern) {
  const auto known = randoms_.find(pattern);
  if (known != randoms_.end()) return known->second;
  std::string bytes(16, '\0');
  inputs.around->random_bytes(bytes.data());
  return randoms_.emplace(std::string(pattern), std::move(bytes)).first->second;
}

std::optional<std::string> Renderer::render(const Template& from, TemplateError& failure, As as) {
  notation_ = from.notation();
  as_ = as;
  variables_.clear();
  located_ = false;
  std::string out;
  if (statements(from.statements(), out)) return out;
  failure = {error, at_};
  return std::nullopt;
}

bool Renderer::statements(const Statements& list, std::string& out) {
  for (const Statement& one : list) {
    if (!spend(1)) return false;
    Value value;
    switch (one.kind) {
      case Statement::Kind::kText:
        out += one.text;
        break;
      case Statement::Kind::kPrint:
        if (!value_of(*one.expression, value)) return false;
        if (as_ == As::kPath ? !print_in_path(*one.expression, value, out) : !print(value, out)) return false;
        break;
      case Statement::Kind::kIf:
        if (!value_of(*one.expression, value) || !statements(truthy(value) ? one.body : one.otherwise, out))
          return false;
        break;
      case Statement::Kind::kFor:
        if (!loop(one, out)) return false;
        break;
      case Statement::Kind::kSet:
        if (!value_of(*one.expression, value) || !assign(one.text, value)) return false;
        break;
    }
    if (out.size() > kMostOutput) return fail("the text becomes too large");
  }
  return true;
}

bool Renderer::print(const Value& value, std::string& out) {
  if (value.is_null()) return true;
  const size_t before = out.size();
  bool good = true;
  if (!value.is_string()) {
    good = write_json(value, out);
  } else if (inputs.escape) {
    good = write_escaped(value.string(), out);
  } else {
    out += value.string();
  }
  if (!spend((out.size() - before) / kBytesOfStep)) return false;
  return good || fail("a text that is not UTF-8 cannot be printed as JSON");
}

bool Renderer::print_in_path(const Expression& expression, const Value& value, std::string& out) {
  std::string text;
  if (!print(value, text)) return false;
  if (expression.function != nullptr && expression.function->is_encoded) {
    out += text;
    return true;
  }
  if (out.find('?') == std::string::npos && climbs(text)) {
    failed(expression, "a value would climb in the path");
    return false;
  }
  append_percent_encoded(text, out);
  return spend(text.size() / kBytesOfStep);
}

bool Renderer::loop(const Statement& statement, std::string& out) {
  Value list;
  if (!value_of(*statement.expression, list)) return false;
  if (statement.key.empty() ? !list.is_array() : !list.is_object()) {
    failed(*statement.expression, std::string("the loop needs ") + (statement.key.empty() ? "an array" : "an object") +
                                      ", found " + list.kind_name());
    return false;
  }
  const size_t before = variables_.size();
  const Value* outer = assigned("loop");
  const Value parent = outer == nullptr ? Value() : *outer;
  variables_.emplace_back("loop", Value());
  variables_.emplace_back(statement.text, Value());
  if (!statement.key.empty()) variables_.emplace_back(statement.key, Value());
  Member* facts = arena.make<Member>(5);
  if (facts == nullptr) return fail("too much memory would be needed");
  for (uint32_t i = 0; i < list.size; ++i) {
    facts[0] = {"index", Value::of(uint64_t{i})};
    facts[1] = {"index1", Value::of(uint64_t{i} + 1)};
    facts[2] = {"is_first", Value::of(i == 0)};
    facts[3] = {"is_last", Value::of(i + 1 == list.size)};
    facts[4] = {"parent", parent};
    variables_[before].second = Value::object(facts, parent.is_null() ? 4 : 5);
    if (!turn(statement, i, static_cast<uint32_t>(before), list, out)) return false;
  }
  // What the body set stays; what the loop brought goes.
  const size_t own = statement.key.empty() ? 2 : 3;
  variables_.erase(variables_.begin() + static_cast<ptrdiff_t>(before),
                   variables_.begin() + static_cast<ptrdiff_t>(before + own));
  return true;
}

bool Renderer::turn(const Statement& statement, uint32_t index, uint32_t first, const Value& list, std::string& out) {
  if (list.is_array()) {
    variables_[first + 1].second = list.items[index];
  } else {
    variables_[first + 1].second = list.members[index].value;
    variables_[first + 2].second = Value::of(list.members[index].key);
  }
  return statements(statement.body, out);
}

const Value* Renderer::assigned(std::string_view name) const {
  for (size_t i = variables_.size(); i > 0; --i) {
    if (variables_[i - 1].first == name) return &variables_[i - 1].second;
  }
  return nullptr;
}

bool Renderer::assign(std::string_view name, const Value& value) {
  for (size_t i = variables_.size(); i > 0; --i) {
    if (variables_[i - 1].first != name) continue;
    variables_[i - 1].second = value;
    return true;
  }
  variables_.emplace_back(name, value);
  return true;
}

Renderer::Outcome Renderer::failed(const Expression& at, std::string message) {
  if (!located_) at_ = at.at;
  located_ = true;
  fail(std::move(message));
  return Outcome::kFailed;
}

bool Renderer::value_of(const Expression& expression, Value& out) {
  const Outcome outcome = evaluate(expression, out);
  if (outcome == Outcome::kMissing) failed(expression, "there is no value " + expression.name);
  return outcome == Outcome::kValue;
}

Renderer::Outcome Renderer::variable(const Expression& expression, Value& out) {
  const Value* found = assigned(expression.path.front());
  if (found != nullptr) found = below(found, expression.path, 1);
  if (found == nullptr) found = assigned(expression.name);  // set a.b = ... keeps the name whole
  if (found == nullptr && inputs.context.is_object()) found = below(&inputs.context, expression.path, 0);
  if (found != nullptr) {
    out = *found;
    return Outcome::kValue;
  }
  if (expression.function == nullptr) return Outcome::kMissing;
  return expression.function->run(*this, nullptr, 0, out) ? Outcome::kValue : failed(expression, error);
}

Renderer::Outcome Renderer::evaluate(const Expression& expression, Value& out) {
  if (!spend(1)) return failed(expression, error);
  switch (expression.kind) {
    case ExpressionKind::kLiteral:
      out = expression.literal;
      return Outcome::kValue;
    case ExpressionKind::kVariable:
      return variable(expression, out);
    case ExpressionKind::kCall:
      return call(expression, out);
    case ExpressionKind::kDefault: {
      const Outcome first = evaluate(*expression.arguments[0], out);
      if (first != Outcome::kMissing) return first;
      return value_of(*expression.arguments[1], out) ? Outcome::kValue : Outcome::kFailed;
    }
    case ExpressionKind::kExists: {
      if (!value_of(*expression.arguments[0], out)) return Outcome::kFailed;
      if (!out.is_string()) return failed(expression, "exists() takes the name of a value as a string");
      const bool object = inputs.context.is_object();
      out = Value::of(object && below(&inputs.context, path_of(out.string(), notation_), 0) != nullptr);
      return Outcome::kValue;
    }
    case ExpressionKind::kMember: {
      Value from;
      if (!value_of(*expression.arguments[0], from)) return Outcome::kFailed;
      const Value* found = below(&from, expression.path, 0);
      if (found == nullptr) return Outcome::kMissing;
      out = *found;
      return Outcome::kValue;
    }
    case ExpressionKind::kNot:
      if (!value_of(*expression.arguments[0], out)) return Outcome::kFailed;
      out = Value::of(!truthy(out));
      return Outcome::kValue;
    default:
      return binary(expression, out);
  }
}

Renderer::Outcome Renderer::call(const Expression& expression, Value& out) {
  constexpr size_t kFew = 4;
  Value few[kFew];
  std::vector<Value> many(expression.arguments.size() > kFew ? expression.arguments.size() : 0);
  Value* arguments = many.empty() ? few : many.data();
  for (size_t i = 0; i < expression.arguments.size(); ++i) {
    if (!value_of(*expression.arguments[i], arguments[i])) return Outcome::kFailed;
  }
  if (expression.function->run(*this, arguments, expression.arguments.size(), out)) return Outcome::kValue;
  return failed(expression, error);
}

Renderer::Outcome Renderer::binary(const Expression& expression, Value& out) {
  Value a, b;
  if (!value_of(*expression.arguments[0], a)) return Outcome::kFailed;
  if (expression.kind == ExpressionKind::kAnd || expression.kind == ExpressionKind::kOr) {
    const bool decided = truthy(a) == (expression.kind == ExpressionKind::kOr);
    if (!decided && !value_of(*expression.arguments[1], b)) return Outcome::kFailed;
    out = Value::of(decided ? expression.kind == ExpressionKind::kOr : truthy(b));
    return Outcome::kValue;
  }
  if (!value_of(*expression.arguments[1], b)) return Outcome::kFailed;
  if (!spend(std::min(a.length, b.length) / kBytesOfStep)) return failed(expression, error);
  const auto answer = [&](bool holds) {
    out = Value::of(holds);
    return Outcome::kValue;
  };
  switch (expression.kind) {
    case ExpressionKind::kIn: {
      if (!spend(b.size)) return failed(expression, error);
      bool found = !b.is_array() && !b.is_object() && compare(a, b) == 0;
      for (uint32_t i = 0; i < b.size && !found; ++i)
        found = compare(a, b.is_array() ? b.items[i] : b.members[i].value) == 0;
      return answer(found);
    }
    case ExpressionKind::kEqual:
      return answer(compare(a, b) == 0);
    case ExpressionKind::kNotEqual:
      return answer(compare(a, b) != 0);
    case ExpressionKind::kLess:
      return answer(compare(a, b) < 0);
    case ExpressionKind::kLessEqual:
      return answer(compare(a, b) <= 0);
    case ExpressionKind::kGreater:
      return answer(compare(a, b) > 0);
    case ExpressionKind::kGreaterEqual:
      return answer(compare(a, b) >= 0);
    default:
      return arithmetic(expression, a, b, out);
  }
}

Renderer::Outcome Renderer::arithmetic(const Expression& expression, const Value& a, const Value& b, Value& out) {
  if (expression.kind == ExpressionKind::kAdd && a.is_string() && b.is_string()) {
    return text(std::string(a.string()) + std::string(b.string()), out) ? Outcome::kValue : failed(expression, error);
  }
  if (!a.is_number() || !b.is_number()) {
    return failed(expression, std::string("numbers are needed, found ") + (a.is_number() ? b : a).kind_name());
  }
  const double x = a.as_double(), y = b.as_double();
  if (expression.kind == ExpressionKind::kDivide || expression.kind == ExpressionKind::kModulo) {
    if (y == 0) return failed(expression, "division by zero");
    if (expression.kind == ExpressionKind::kDivide) return out = Value::of(x / y), Outcome::kValue;
    if (!a.is_integer() || !b.is_integer()) return failed(expression, "% takes whole numbers");
    out = Value::of(b.as_integer() == -1 ? int64_t{0} : a.as_integer() % b.as_integer());
    return Outcome::kValue;
  }
  double real = 0;
  int64_t whole = 0;
  bool fits = a.is_integer() && b.is_integer();
  if (expression.kind == ExpressionKind::kAdd) {
    real = x + y;
    fits = fits && !__builtin_add_overflow(a.as_integer(), b.as_integer(), &whole);
  } else if (expression.kind == ExpressionKind::kSubtract) {
    real = x - y;
    fits = fits && !__builtin_sub_overflow(a.as_integer(), b.as_integer(), &whole);
  } else if (expression.kind == ExpressionKind::kMultiply) {
    real = x * y;
    fits = fits && !__builtin_mul_overflow(a.as_integer(), b.as_integer(), &whole);
  } else {
    real = std::pow(x, y);
    fits = fits && b.as_integer() >= 0 && std::fabs(real) < 9e15;
    whole = fits ? static_cast<int64_t>(real) : 0;
  }
  out = fits ? Value::of(whole) : Value::of(real);
  return Outcome::kValue;
}

}  // namespace solder::transformation

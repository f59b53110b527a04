#include "core/engine/label_selector.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace solder::engine {

namespace {

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool parsed(const std::string& text, long& number) {
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  return !text.empty() && result.ec == std::errc() && result.ptr == end;
}

bool compares(const std::string& found, const std::vector<std::string>& wanted, bool greater) {
  long left = 0;
  long right = 0;
  if (wanted.size() != 1 || !parsed(found, left) || !parsed(wanted.front(), right)) return false;
  return greater ? left > right : left < right;
}

}  // namespace

bool holds(const Labels& wanted, const Labels& labels) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto at = labels.find(label.first);
    return at != labels.end() && at->second == label.second;
  });
}

bool holds(const model::SelectorExpression& expression, const Labels& labels) {
  const auto at = labels.find(expression.key);
  const bool there = at != labels.end();
  const std::string& op = expression.op;
  if (op == "Exists") return there;
  if (op == "DoesNotExist") return !there;
  if (op == "In" || op == "Equals" || op == "DoubleEquals") return there && contains(expression.values, at->second);
  if (op == "NotIn" || op == "NotEquals") return !there || !contains(expression.values, at->second);
  if (op == "GreaterThan") return there && compares(at->second, expression.values, true);
  if (op == "LessThan") return there && compares(at->second, expression.values, false);
  return false;
}

std::string fault_of(const model::SelectorExpression& expression) {
  const std::string& op = expression.op;
  const size_t count = expression.values.size();
  if (expression.key.empty()) return "an expression needs a key";
  if (op == "In" || op == "NotIn") return count > 0 ? "" : op + " needs at least one value";
  if (op == "Exists" || op == "DoesNotExist") return count == 0 ? "" : op + " takes no values";
  if (count != 1) return op + " needs exactly one value";
  long number = 0;
  if ((op == "GreaterThan" || op == "LessThan") && !parsed(expression.values.front(), number)) {
    return op + " needs an integer";
  }
  return "";
}

}  // namespace solder::engine

// Cuts a template into tokens: text as it is, and the words between {{ }}, {% %} and behind ## at the start of a line.
// Comments {# #} are gone, and so is white space that a dash asks away ({%- and -%}). Source: the syntax of inja 3.
// Tested by tests/unit/transformation/template_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "template_error.h"

namespace solder::transformation {

struct Token {
  enum class Kind { kText, kOpenExpression, kOpenStatement, kClose, kName, kNumber, kString, kSign, kEnd };
  Kind kind = Kind::kEnd;
  std::string_view text;  // a part of the template
  size_t offset = 0;
};

// Nothing, and `error` filled, where the template is not made of tokens.
std::optional<std::vector<Token>> tokens_of(std::string_view text, TemplateError& error);

Position position_of(std::string_view text, size_t offset);

}  // namespace solder::transformation

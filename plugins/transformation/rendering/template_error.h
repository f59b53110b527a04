// What is wrong with a template, and where: lines and columns count from 1, columns in bytes.
#pragma once

#include <cstddef>
#include <string>

namespace solder::transformation {

struct Position {
  size_t line = 1;
  size_t column = 1;
};

struct TemplateError {
  std::string message;
  Position at;
};

inline std::string to_string(const TemplateError& error) {
  return "line " + std::to_string(error.at.line) + ", column " + std::to_string(error.at.column) + ": " + error.message;
}

}  // namespace solder::transformation

// JSON to values and back. Reading is strict (RFC 8259, valid UTF-8, no deeper than kDeepest) and never fails in
// another way than by saying so; of two equal keys the last counts. Writing gives what nlohmann::json::dump() gives, so
// that bodies come out as from Gloo. Source: nlohmann/json 3.x for the forms of numbers and escapes. Tested by
// tests/unit/transformation/json_test.cc and tests/fuzz/transformation_fuzz.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "value.h"

namespace solder::transformation {

inline constexpr int kDeepest = 256;  // levels; recursion over values is bounded by it

struct JsonError {
  size_t offset = 0;
  const char* what = "";
};

// The value; texts without escapes point into `text`.
std::optional<Value> read_json(Arena& arena, std::string_view text, JsonError& error);

bool valid_utf8(std::string_view text);

// Appends. False where a text is not UTF-8: JSON cannot hold it.
bool write_json(const Value& value, std::string& out);
// The inside of a JSON string, without the quotes.
bool write_escaped(std::string_view text, std::string& out);
void write_number(const Value& value, std::string& out);

}  // namespace solder::transformation

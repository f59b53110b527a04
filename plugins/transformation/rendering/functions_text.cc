// Functions of texts.
#include <algorithm>
#include <charconv>

#include "base64.h"
#include "functions.h"
#include "json.h"
#include "renderer.h"

namespace solder::transformation {

namespace {

bool needs_text(Call& call, const Value& value, const char* function) {
  return value.is_string() || call.fail(std::string(function) + "() takes a string, found " + value.kind_name());
}

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char upper_case(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

bool lower(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_text(call, in[0], "lower")) return false;
  std::string text(in[0].string());
  std::transform(text.begin(), text.end(), text.begin(), lower_case);
  return call.text(text, out);
}
bool upper(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_text(call, in[0], "upper")) return false;
  std::string text(in[0].string());
  std::transform(text.begin(), text.end(), text.begin(), upper_case);
  return call.text(text, out);
}
bool capitalize(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_text(call, in[0], "capitalize")) return false;
  std::string text(in[0].string());
  std::transform(text.begin(), text.end(), text.begin(), lower_case);
  if (!text.empty()) text[0] = upper_case(text[0]);
  return call.text(text, out);
}

// Past the limit of memory the answer of text() is the error.
std::string replaced(std::string_view from, std::string_view what, std::string_view by) {
  std::string out;
  size_t at = 0;
  while (!what.empty()) {
    const size_t found = from.find(what, at);
    if (found == std::string_view::npos || out.size() > kMostOutput) break;
    out.append(from, at, found - at).append(by);
    at = found + what.size();
  }
  return out.append(from.substr(at));
}

bool replace(Call& call, const Value* in, size_t, Value& out) {
  for (size_t i = 0; i < 3; ++i) {
    if (!needs_text(call, in[i], "replace")) return false;
  }
  return call.text(replaced(in[0].string(), in[1].string(), in[2].string()), out);
}

bool join(Call& call, const Value* in, size_t, Value& out) {
  if (!in[0].is_array() || !in[1].is_string()) return call.fail("join() takes an array and a string");
  if (!call.spend(in[0].size)) return false;
  std::string text;
  for (uint32_t i = 0; i < in[0].size; ++i) {
    if (i > 0) text += in[1].string();
    const Value& item = in[0].items[i];
    if (item.is_string()) {
      text += item.string();
    } else if (!write_json(item, text)) {
      return call.fail("join(): a text that is not UTF-8");
    }
    if (text.size() > kMostOutput) return call.fail("the text becomes too large");
  }
  return call.text(text, out);
}

// Numbers as C reads them: blanks before, whatever behind.
template <typename Number>
bool number_of(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_text(call, in[0], std::is_integral_v<Number> ? "int" : "float")) return false;
  std::string_view text = in[0].string();
  while (!text.empty() && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'))) text.remove_prefix(1);
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  Number number{};
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc())
    return call.fail("not a number: \"" + std::string(in[0].string().substr(0, 40)) + "\"");
  out = Value::of(number);
  return true;
}

bool substring(Call& call, const Value* in, size_t count, Value& out) {
  if (!needs_text(call, in[0], "substring")) return false;
  const std::string_view text = in[0].string();
  out = Value::of(std::string_view(""));
  if (!in[1].is_integer() || (count == 3 && !in[2].is_integer())) return true;
  const int64_t start = in[1].as_integer(), length = count == 3 ? in[2].as_integer() : 0;
  if (start < 0 || start >= static_cast<int64_t>(text.size())) return true;
  const std::string_view rest = text.substr(static_cast<size_t>(start));
  out = Value::of(length <= 0 ? rest : rest.substr(0, static_cast<size_t>(length)));
  return true;
}

template <bool kForUrls>
bool encode(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_text(call, in[0], "base64_encode")) return false;
  return call.text(base64_encode(in[0].string(), kForUrls, !kForUrls), out);
}
template <bool kForUrls>
bool decode(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_text(call, in[0], "base64_decode")) return false;
  return call.text(base64_decode(in[0].string(), kForUrls).value_or(""), out);
}

bool raw_string(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_text(call, in[0], "raw_string")) return false;
  std::string text;
  if (!write_escaped(in[0].string(), text)) return call.fail("raw_string(): the text is not UTF-8");
  return call.text(text, out);
}

bool replace_with_random(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_text(call, in[0], "replace_with_random") || !needs_text(call, in[1], "replace_with_random")) return false;
  const std::string random = base64_encode(call.random_for(in[1].string()), false, false);
  return call.text(replaced(in[0].string(), in[1].string(), random), out);
}

bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int64_t words_of(std::string_view text) {
  int64_t count = 0;
  for (size_t i = 0; i < text.size(); ++i)
    count += !is_ascii_space(text[i]) && (i == 0 || is_ascii_space(text[i - 1])) ? 1 : 0;
  return count;
}

int64_t words_of(const Value& value) {
  int64_t count = 0;
  switch (value.kind) {
    case Value::Kind::kNull:
      return 0;
    case Value::Kind::kString:
      return words_of(value.string());
    case Value::Kind::kArray:
      for (uint32_t i = 0; i < value.size; ++i) count += words_of(value.items[i]);
      return count;
    case Value::Kind::kObject:
      for (uint32_t i = 0; i < value.size; ++i)
        count += words_of(value.members[i].key) + words_of(value.members[i].value);
      return count;
    default:
      return 1;
  }
}

bool word_count(Call& call, const Value* in, size_t, Value& out) {
  const int64_t count = words_of(in[0]);
  if (!call.spend(static_cast<size_t>(count))) return false;
  out = Value::of(count);
  return true;
}

constexpr Function kTextFunctions[] = {
    {"base64_decode", 1, 1, decode<false>},
    {"base64_encode", 1, 1, encode<false>},
    {"base64url_decode", 1, 1, decode<true>},
    {"base64url_encode", 1, 1, encode<true>},
    {"capitalize", 1, 1, capitalize},
    {"float", 1, 1, number_of<double>},
    {"int", 1, 1, number_of<int64_t>},
    {"join", 2, 2, join},
    {"lower", 1, 1, lower},
    {"raw_string", 1, 1, raw_string},
    {"replace", 3, 3, replace},
    {"replace_with_random", 2, 2, replace_with_random},
    {"substring", 2, 3, substring},
    {"upper", 1, 1, upper},
    {"word_count", 1, 1, word_count},
};

}  // namespace

const Function* text_functions(size_t& count) {
  count = std::size(kTextFunctions);
  return kTextFunctions;
}

}  // namespace solder::transformation

#include "core/services/value_check.h"

#include <algorithm>
#include <charconv>

#include "core/services/json_times.h"

namespace solder::services {
namespace {

constexpr std::string_view kHeaderNameMarks = "!#$%&'*+,-.^_|~`";

bool is_token(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kHeaderNameMarks.find(c) != std::string_view::npos;
}

bool breaks_lines(char c) { return c == '\0' || c == '\n' || c == '\r'; }

bool is_control(char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7F; }

// An HTTP/2 pseudo header starts with a colon. Not strict, the empty text passes: most such fields may stay unset.
bool is_header_name(std::string_view text, bool strict) {
  if (!strict) return std::none_of(text.begin(), text.end(), breaks_lines);
  if (text.starts_with(':')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token);
}

bool is_header_value(std::string_view text, bool strict) {
  return std::none_of(text.begin(), text.end(), strict ? is_control : breaks_lines);
}

uint64_t characters(std::string_view text) {
  return static_cast<uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

template <typename List, typename Text>
std::string one_of(const List& list, const Text& text) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ", ") + text(item);
  return out;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string expected_length(const ValueRules& rules, std::string_view value) {
  if (rules.length && characters(value) != *rules.length) return std::to_string(*rules.length) + " characters";
  if (rules.min_length && characters(value) < *rules.min_length) {
    return *rules.min_length == 1 ? "a text that is not empty"
                                  : "at least " + std::to_string(*rules.min_length) + " characters";
  }
  if (rules.max_length && characters(value) > *rules.max_length) {
    return "at most " + std::to_string(*rules.max_length) + " characters";
  }
  if (rules.bytes && value.size() != *rules.bytes) return std::to_string(*rules.bytes) + " bytes";
  if (rules.min_bytes && value.size() < *rules.min_bytes) {
    return "at least " + std::to_string(*rules.min_bytes) + (*rules.min_bytes == 1 ? " byte" : " bytes");
  }
  if (rules.max_bytes && value.size() > *rules.max_bytes)
    return "at most " + std::to_string(*rules.max_bytes) + " bytes";
  return {};
}

}  // namespace

std::string describe_number(const Number& value) {
  if (const auto* real = std::get_if<double>(&value)) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, *real).ptr);
  }
  if (const auto* time = std::get_if<DurationNumber>(&value)) return format_duration({time->first, time->second});
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  return std::to_string(std::get<uint64_t>(value));
}

std::string expected_number(const ValueRules& rules, const Number& value) {
  const auto has = [&value](const std::vector<Number>& list) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (rules.equal && value != *rules.equal) return describe_number(*rules.equal);
  // Negated, so that NaN holds no bound.
  if (rules.less && !(value < *rules.less)) return "less than " + describe_number(*rules.less);
  if (rules.less_equal && !(value <= *rules.less_equal)) return "at most " + describe_number(*rules.less_equal);
  if (rules.greater && !(value > *rules.greater)) return "more than " + describe_number(*rules.greater);
  if (rules.greater_equal && !(value >= *rules.greater_equal)) {
    return "at least " + describe_number(*rules.greater_equal);
  }
  if (!rules.in.empty() && !has(rules.in)) return "one of " + one_of(rules.in, describe_number);
  if (has(rules.not_in)) return "none of " + one_of(rules.not_in, describe_number);
  return {};
}

std::string expected_text(const ValueRules& rules, std::string_view value) {
  if (rules.ignore_empty && value.empty()) return {};
  const auto has = [&value](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (rules.text && value != *rules.text) return quoted(*rules.text);
  if (!rules.text_in.empty() && !has(rules.text_in)) return "one of " + one_of(rules.text_in, quoted);
  if (has(rules.text_not_in)) return "none of " + one_of(rules.text_not_in, quoted);
  if (std::string length = expected_length(rules, value); !length.empty()) return length;
  if (!value.starts_with(rules.prefix)) return "a text that starts with " + quoted(rules.prefix);
  if (!value.ends_with(rules.suffix)) return "a text that ends with " + quoted(rules.suffix);
  if (value.find(rules.contains) == std::string_view::npos) return "a text that contains " + quoted(rules.contains);
  if (!rules.not_contains.empty() && value.find(rules.not_contains) != std::string_view::npos) {
    return "a text without " + quoted(rules.not_contains);
  }
  if (rules.pattern != nullptr && rules.pattern->ok() &&
      !RE2::PartialMatch({value.data(), value.size()}, *rules.pattern)) {
    return "a text that matches " + rules.pattern->pattern();
  }
  if (rules.header == HeaderForm::kName && !is_header_name(value, rules.strict)) {
    return rules.strict ? "an HTTP header name" : "an HTTP header name without line breaks";
  }
  if (rules.header == HeaderForm::kValue && !is_header_value(value, rules.strict)) {
    return rules.strict ? "an HTTP header value without control characters"
                        : "an HTTP header value without line breaks";
  }
  return {};
}

std::string expected_count(const ValueRules& rules, uint64_t count) {
  if (rules.ignore_empty && count == 0) return {};
  if (rules.min_items && count < *rules.min_items) return "at least " + std::to_string(*rules.min_items);
  if (rules.max_items && count > *rules.max_items) return "at most " + std::to_string(*rules.max_items);
  return {};
}

}  // namespace solder::services

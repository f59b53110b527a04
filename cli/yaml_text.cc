#include "cli/yaml_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

// Bare words that some reader takes for a boolean, null, a number or a merge key.
bool is_taken(std::string_view text) {
  static constexpr std::array kWords{"true", "false", "yes", "no", "on", "off", "y", "n", "null", "~", "<<", "="};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

bool is_bare(std::string_view text) {
  if (text.empty() || is_taken(text)) return false;
  const auto first = static_cast<unsigned char>(text.front());
  // What begins with a letter, slash or underscore and holds nothing special is no number, date or indicator.
  if (std::isalpha(first) == 0 && first != '/' && first != '_') return false;
  if (text.back() == ' ' || text.back() == ':') return false;
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) {
                       return std::isalnum(c) != 0 ||
                              std::string_view("_-./ ~:+*@()<>=;%$").find(static_cast<char>(c)) !=
                                  std::string_view::npos;
                     }) &&
         text.find(": ") == std::string_view::npos;
}

std::string quoted(std::string_view text) {
  return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string scalar(const Json& value) {
  if (value.is_string()) return yaml_scalar(value.get_ref<const std::string&>());
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_block(const Json& value) { return value.is_structured() && !value.empty(); }

// Text with several lines and nothing that a literal block would change: certificates, bodies.
bool is_literal(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  if (text.find('\n') == std::string::npos || text.front() == ' ' || text.front() == '\n') return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
}

std::string literal(const std::string& text, const std::string& indent) {
  const size_t last = text.find_last_not_of('\n');
  const size_t ends = text.size() - 1 - last;
  std::string out = ends == 0 ? "|-\n" : ends == 1 ? "|\n" : "|+\n";
  for (size_t at = 0; at < text.size();) {
    const size_t stop = std::min(text.find('\n', at), text.size());
    if (stop != at) out += indent + text.substr(at, stop - at);
    out += "\n";
    at = stop + 1;
  }
  return out;
}

// What follows "key:" or "-".
void write(const Json& value, size_t depth, std::string& out);

void write_member(const Json& value, size_t depth, std::string& out) {
  if (is_block(value)) {
    out += "\n";
    write(value, depth, out);
  } else if (is_literal(value)) {
    out += " " + literal(value.get_ref<const std::string&>(), std::string(2 * depth + 2, ' '));
  } else {
    out += " " + scalar(value) + "\n";
  }
}

void write(const Json& value, size_t depth, std::string& out) {
  const std::string indent(2 * depth, ' ');
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      out += indent + yaml_scalar(key) + ":";
      write_member(member, member.is_object() ? depth + 1 : depth, out);
    }
    return;
  }
  for (const auto& element : value) {
    if (!is_block(element)) {
      out += indent + "-";
      write_member(element, depth, out);
      continue;
    }
    // The element's first line stands behind the dash.
    std::string inner;
    write(element, depth + 1, inner);
    inner.replace(2 * depth, 1, "-");
    out += inner;
  }
}

}  // namespace

std::string yaml_scalar(std::string_view text) { return is_bare(text) ? std::string(text) : quoted(text); }

std::string to_yaml(const Json& value) {
  if (!is_block(value)) return scalar(value) + "\n";
  std::string out;
  write(value, 0, out);
  return out;
}

}  // namespace solder::cli

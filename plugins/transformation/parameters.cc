#include "parameters.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

namespace solder::plugins::transformation {

using sdk::Json;

namespace {

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("._-").find(c) != std::string_view::npos;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

void append_literal(std::string_view text, std::string& regex) {
  for (const char c : text) {
    if (std::string_view(R"(\.+*?()[]{}|^$)").find(c) != std::string_view::npos) regex += '\\';
    regex += c;
  }
}

struct Pattern {
  std::vector<std::string> names;
  std::string regex;
};

// "/users/{id}/{name}" as a regular expression with a group for each name; nothing where braces do not close around a
// name. A value is what stands up to the next part of the path, or in a header all that there is.
std::optional<Pattern> pattern_of(std::string_view text, bool path) {
  Pattern out;
  while (!text.empty()) {
    const size_t open = std::min(text.find('{'), text.size());
    if (text.substr(0, open).find('}') != std::string_view::npos) return std::nullopt;
    append_literal(text.substr(0, open), out.regex);
    text.remove_prefix(open);
    if (text.empty()) break;
    const size_t close = text.find('}');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string name = trimmed(text.substr(1, close - 1));
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_character)) return std::nullopt;
    out.names.push_back(name);
    out.regex += path ? "([^/?&]+)" : "(.+)";
    text.remove_prefix(close + 1);
  }
  return out;
}

Json extractor(const std::string& header, const std::string& regex, size_t group) {
  return {{"header", header}, {"regex", regex}, {"subgroup", group}};
}

void add(const std::string& header, const std::string& text, const std::string& field, Json& to, sdk::Out& out) {
  const bool path = header == ":path";
  auto pattern = pattern_of(text, path);
  if (!pattern) {
    return out.error({field, "InvalidValue",
                      "a template of parameters has names of letters, digits, '.', '_', '-' in braces", text,
                      path ? "such as /users/{id}" : "such as {id}"});
  }
  if (pattern->names.empty()) {
    if (!path) to[header] = whole_header(header);
    return;
  }
  // A query that the template does not speak of changes nothing.
  if (path && text.find('?') == std::string::npos) pattern->regex += "(?:\\?.*)?";
  for (size_t i = 0; i < pattern->names.size(); ++i) to[pattern->names[i]] = extractor(header, pattern->regex, i + 1);
}

}  // namespace

Json whole_header(const std::string& header) { return extractor(header, "(.*)", 1); }

Json extractors_of(const Json& parameters, const std::string& field, sdk::Out& out) {
  Json extractors = Json::object();
  if (const Json* path = sdk::find(parameters, "path"); path != nullptr && path->is_string())
    add(":path", path->get<std::string>(), field + "/path", extractors, out);
  if (const Json* headers = sdk::find(parameters, "headers")) {
    for (const auto& [name, text] : headers->items()) {
      const auto value = text.get<std::string>();
      if (value.empty()) continue;
      add(name, value, field + "/headers" + sdk::pointer_step(name), extractors, out);
    }
  }
  return extractors;
}

}  // namespace solder::plugins::transformation

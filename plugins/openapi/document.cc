#include "document.h"

#include <algorithm>

#include "shown.h"

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

// How deep the brackets go, and how many values there may be, without making any of them.
bool within(std::string_view text, const DocumentLimits& limits, std::string& why) {
  size_t depth = 0, nodes = 1;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
    if (c == ',' || c == '{' || c == '[') ++nodes;
    if (depth > limits.depth) {
      why = "it is nested deeper than " + std::to_string(limits.depth) + " levels";
      return false;
    }
  }
  if (nodes <= limits.nodes) return true;
  why = "it has more than " + std::to_string(limits.nodes) + " values";
  return false;
}

// Where an error of the JSON library begins to speak of what is wrong.
std::string words_of(const Json::exception& error) {
  const std::string text = error.what();
  const size_t at = text.find("] ");
  return at == std::string::npos ? text : text.substr(at + 2);
}

}  // namespace

std::optional<Json> read_json_document(std::string_view text, std::string& why, const DocumentLimits& limits) {
  if (!within(text, limits, why)) return std::nullopt;
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    why = "it is not JSON: " + shown(words_of(error));
    return std::nullopt;
  }
}

std::optional<Json> read_document(std::string_view text, std::string& why, const DocumentLimits& limits) {
  if (text.size() > limits.bytes) {
    why = "it has more than " + std::to_string(limits.bytes >> 20) + " MB";
    return std::nullopt;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  if (first == text.size()) {
    why = "it is empty";
    return std::nullopt;
  }
  if (text[first] == '<') {
    why = "it is neither JSON nor YAML: it begins with " + shown(text.substr(first), 20);
    return std::nullopt;
  }
  if (text[first] != '{' && text[first] != '[') return read_yaml_document(text, why, limits);
  auto out = read_json_document(text, why, limits);
  if (out) return out;
  // A map in YAML's flow style looks like JSON at its beginning.
  std::string other;
  auto yaml = read_yaml_document(text, other, limits);
  if (yaml) why.clear();
  return yaml;
}

}  // namespace solder::plugins::openapi

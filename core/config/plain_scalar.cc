#include "core/config/plain_scalar.h"

#include <algorithm>

#include "core/config/yaml_scalar.h"

namespace solder::config {

namespace {

// libyaml looks no further for the colon of a key; what is longer here is not worth a thought.
constexpr size_t kLongestKey = 256;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool begins_word(char c) { return is_letter_or_digit(c) || c == '_' || c == '/'; }
bool continues_word(char c) { return begins_word(c) || c == '.' || c == '-'; }

// The length of the word at the beginning of `text`, 0 where there is none.
size_t word_length(std::string_view text) {
  if (text.empty() || !begins_word(text.front())) return 0;
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), continues_word) - text.begin());
}

struct Key {
  std::string_view text;
  size_t length = 0;  // with quotes and colon
};

std::optional<Key> key_at(std::string_view text) {
  const std::string_view near = text.substr(0, kLongestKey);
  Key key;
  if (text.starts_with('"') || text.starts_with('\'')) {
    const size_t end = near.find_first_of(text.front() == '"' ? "\"\\\n" : "'\n", 1);
    if (end == std::string_view::npos || text[end] != text.front()) return std::nullopt;
    key = {text.substr(1, end - 1), end + 1};
    if (key.text == "<<") return std::nullopt;  // it takes in other maps
  } else {
    const size_t length = word_length(near);
    if (length == 0) return std::nullopt;
    key = {text.substr(0, length), length};
  }
  if (key.length >= text.size() || text[key.length] != ':') return std::nullopt;
  ++key.length;
  if (key.length < text.size() && !PlainLines::ends_word(text[key.length])) return std::nullopt;
  return key;
}

// A number that JSON writes in the same way. Longer ones may be too large for one.
bool is_plain_integer(std::string_view text) {
  if (text == "-0") return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || (text.front() == '0' && text.size() > 1)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether YAML may make anything else of it than the text that it is.
bool may_be_more(std::string_view text) {
  const char c = text.front();
  if ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == '_') return true;
  return text.size() <= 5 && std::string_view("~nNyYtTfFoO").find(c) != std::string_view::npos;
}

}  // namespace

bool at_key(const PlainLines& lines) { return key_at(lines.rest()).has_value(); }

std::optional<std::string_view> take_key(PlainLines& lines) {
  const auto key = key_at(lines.rest());
  if (!key) return std::nullopt;
  lines.skip(key->length);
  return key->text;
}

std::optional<std::string_view> take_words(PlainLines& lines) {
  const std::string_view rest = lines.rest();
  const std::string_view row = rest.substr(0, rest.find('\n'));
  if (std::string_view("?:,[]{}#&*!|>'\"%@`").find(row.front()) != std::string_view::npos || lines.at_dash()) {
    return std::nullopt;
  }
  size_t end = row.size();
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] == ':' && (i + 1 == row.size() || row[i + 1] == ' ')) return std::nullopt;
    if (row[i] != '#' || row[i - 1] != ' ') continue;
    end = i;
    break;
  }
  while (row[end - 1] == ' ') --end;
  lines.skip(end);
  return row.substr(0, end);
}

std::optional<std::string_view> take_bracketed_word(PlainLines& lines) {
  const std::string_view rest = lines.rest();
  const size_t length = word_length(rest);
  if (length == 0) return std::nullopt;
  lines.skip(length);
  return rest.substr(0, length);
}

std::optional<std::string_view> take_quoted(PlainLines& lines, PlainTree& tree) {
  const std::string_view rest = lines.rest();
  const char quote = rest.front();
  std::string changed;
  size_t begin = 1;  // of what is not in `changed` yet
  for (size_t i = 1; i < rest.size() && rest[i] != '\n'; ++i) {
    const bool escape =
        quote == '"' ? rest[i] == '\\' : rest[i] == quote && i + 1 < rest.size() && rest[i + 1] == quote;
    if (escape) {
      const char c = i + 1 < rest.size() ? rest[i + 1] : '\0';
      if (quote == '"' && std::string_view("\"\\/nt").find(c) == std::string_view::npos) return std::nullopt;
      changed += rest.substr(begin, i - begin);
      changed += quote == '"' && c == 'n' ? '\n' : quote == '"' && c == 't' ? '\t' : c;
      begin = ++i + 1;
    } else if (rest[i] == quote) {
      lines.skip(i + 1);
      if (begin == 1) return rest.substr(1, i - 1);
      return tree.keep(changed.append(rest.substr(begin, i - begin)));
    }
  }
  return std::nullopt;
}

std::optional<std::string> take_literal(PlainLines& lines, int column) {
  const std::string_view rest = lines.rest();
  const bool strip = rest.starts_with("|-\n");
  if (!strip && !rest.starts_with("|\n")) return std::nullopt;
  const size_t first = rest.find('\n') + 1;
  const size_t indent = std::min(rest.find_first_not_of(' ', first), rest.size()) - first;
  if (column >= 0 && indent <= static_cast<size_t>(column)) return std::nullopt;
  std::string text;
  size_t blank_lines = 0;
  size_t at = first;
  size_t end = first;  // of the last line that belongs to it
  while (at < rest.size()) {
    const size_t line_end = rest.find('\n', at);
    if (line_end == std::string_view::npos) return std::nullopt;
    const size_t blanks = std::min(rest.find_first_not_of(' ', at), rest.size()) - at;
    const bool blank = at + blanks >= line_end;
    if (blank && (text.empty() || line_end - at > indent)) return std::nullopt;
    if (!blank && blanks < indent) break;
    if (blank) {
      ++blank_lines;
    } else {
      text.append(blank_lines, '\n');
      blank_lines = 0;
      text += rest.substr(at + indent, line_end + 1 - at - indent);
      end = line_end;
    }
    at = line_end + 1;
  }
  if (text.empty()) return std::nullopt;
  if (strip) text.pop_back();
  lines.skip(end);
  if (!lines.next()) return std::nullopt;
  return text;
}

PlainNode plain_scalar(std::string_view text, PlainTree& tree, PlainNode node) {
  node.text = text;
  node.kind = PlainKind::kText;
  if (is_plain_integer(text)) {
    node.kind = PlainKind::kWord;
  } else if (may_be_more(text)) {
    const auto value = resolve_plain(text);
    if (value.is_null()) {
      node.kind = PlainKind::kNull;
    } else if (!value.is_string()) {
      node.kind = PlainKind::kWord;
      node.text = tree.keep(value.dump());
    }
  }
  return node;
}

}  // namespace solder::config

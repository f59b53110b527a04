#include "core/config/plain_yaml.h"

#include "core/config/plain_lines.h"
#include "core/config/plain_node.h"
#include "core/config/plain_scalar.h"

namespace solder::config {

namespace {

// By indentation, from the first line to the last. Each step stands before it at what it reads and after it at the
// first letter of the next line that says something; it is false as soon as anything is not as expected.
class PlainReader {
 public:
  PlainReader(std::string_view text, const Limits& limits) : lines_(text), limits_(limits), tree_(text.size()) {}

  bool read() {
    if (!lines_.start()) return false;
    start_ = {lines_.first_line(), static_cast<uint32_t>(lines_.column()) + 1};
    const uint32_t root = tree_.add();
    return !lines_.at_dash() && map(root, lines_.indent()) && lines_.at_end();
  }
  [[nodiscard]] const PlainTree& tree() const { return tree_; }
  [[nodiscard]] Position start() const { return start_; }

 private:
  // Counts no less than TreeBuilder does, whose words it is to say that it is too much.
  bool count(size_t bytes) {
    nodes_ += TreeBuilder::weight(bytes);
    return nodes_ <= limits_.max_expanded_nodes;
  }

  // A child of `parent` behind `last`, which it becomes.
  uint32_t add_child(uint32_t parent, uint32_t& last) {
    const uint32_t child = tree_.add();
    (last == 0 ? tree_.at(parent).first : tree_.at(last).next) = child;
    last = child;
    return child;
  }

  bool open(uint32_t node, PlainKind kind) {
    tree_.at(node).kind = kind;
    return ++depth_ <= limits_.max_depth && count(0);
  }

  bool map(uint32_t node, int column) {
    if (!open(node, PlainKind::kMap)) return false;
    uint32_t last = 0;
    do {
      const auto key = take_key(lines_);
      if (!key || !count(key->size())) return false;
      const uint32_t member = add_child(node, last);
      tree_.at(member).key = *key;
      if (!value(member, column, true)) return false;
    } while (lines_.indent() == column && !lines_.at_dash());
    --depth_;
    return lines_.indent() < column;
  }

  bool list(uint32_t node, int column) {
    if (!open(node, PlainKind::kList)) return false;
    uint32_t last = 0;
    do {
      lines_.skip(1);
      if (!value(add_child(node, last), column, false)) return false;
    } while (lines_.indent() == column && lines_.at_dash());
    --depth_;
    return lines_.indent() <= column;
  }

  // What stands behind the colon of a key, or behind a dash, at that column.
  bool value(uint32_t node, int column, bool of_map) {
    const bool blank = lines_.skip_blanks();
    if (lines_.at_line_end(blank)) return value_below(node, column, of_map);
    if (!blank) return false;
    if (!of_map && lines_.at_dash()) return list(node, lines_.column());
    if (!of_map && at_key(lines_)) return map(node, lines_.column());
    return scalar(node, column);
  }

  bool value_below(uint32_t node, int column, bool of_map) {
    if (!lines_.next()) return false;
    if (lines_.indent() > column) return lines_.at_dash() ? list(node, lines_.indent()) : map(node, lines_.indent());
    // A list may stand as far left as the key that it belongs to.
    if (of_map && lines_.indent() == column && lines_.at_dash()) return list(node, column);
    return count(0);
  }

  bool scalar(uint32_t node, int column) {
    const char c = lines_.peek();
    if (c == '|') {
      auto text = take_literal(lines_, column);
      return text && give_text(node, tree_.keep(std::move(*text)));
    }
    const bool read = c == '[' || c == '{' ? bracketed(node) : one_word(node, false);
    return read && lines_.finish();
  }

  bool one_word(uint32_t node, bool in_brackets) {
    const char c = lines_.peek();
    if (c == '"' || c == '\'') {
      const auto text = take_quoted(lines_, tree_);
      return text && give_text(node, *text);
    }
    const auto text = in_brackets ? take_bracketed_word(lines_) : take_words(lines_);
    if (!text) return false;
    tree_.at(node) = plain_scalar(*text, tree_, tree_.at(node));
    return count(text->size());
  }

  bool give_text(uint32_t node, std::string_view text) {
    tree_.at(node).kind = PlainKind::kText;
    tree_.at(node).text = text;
    return count(text.size());
  }

  // [a, b] and {a: b}, on one line.
  bool bracketed(uint32_t node) {
    const char c = lines_.peek();
    if (c != '[' && c != '{') return one_word(node, true);
    const bool is_map = c == '{';
    const char close = is_map ? '}' : ']';
    if (!open(node, is_map ? PlainKind::kMap : PlainKind::kList)) return false;
    lines_.skip(1);
    lines_.skip_blanks();
    uint32_t last = 0;
    while (lines_.peek() != close || last != 0) {
      const uint32_t child = add_child(node, last);
      if ((is_map && !bracketed_key(child)) || !bracketed(child)) return false;
      lines_.skip_blanks();
      if (lines_.peek() == close) break;
      if (lines_.peek() != ',') return false;
      lines_.skip(1);
      lines_.skip_blanks();
    }
    lines_.skip(1);
    --depth_;
    return true;
  }

  bool bracketed_key(uint32_t child) {
    const auto key = take_key(lines_);
    if (!key || !count(key->size()) || !lines_.skip_blanks()) return false;
    tree_.at(child).key = *key;
    return true;
  }

  PlainLines lines_;
  const Limits& limits_;
  PlainTree tree_;
  Position start_;
  size_t depth_ = 0;
  size_t nodes_ = 0;
};

}  // namespace

std::optional<ReadDocument> read_plain_yaml(std::string_view text, uint32_t line, const Limits& limits) {
  PlainReader reader(text, limits);
  ReadDocument document;
  document.json.reserve(text.size());
  if (!reader.read() || !reader.tree().write(document.json)) return std::nullopt;
  document.value = nlohmann::json::object();
  for (const char* name : {"apiVersion", "kind", "metadata"}) {
    auto member = reader.tree().member(name);
    if (!member.is_null()) document.value[name] = std::move(member);
  }
  if (document.value.value("kind", nlohmann::json()) == "List") return std::nullopt;  // its items are what is wanted
  document.start = {line + reader.start().line, reader.start().column};
  return document;
}

}  // namespace solder::config

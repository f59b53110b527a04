// YAML by libyaml's events. Plain scalars are resolved as kubectl does (YAML 1.1: yes and on are true), since the same
// files are applied with it. Source: yaml.org/type, sigs.k8s.io/yaml.
#include <yaml.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <string_view>

#include "core/config/tree_builder.h"

namespace solder::config {

namespace {

struct Anchor {
  nlohmann::json value;
  size_t nodes = 0;
};

class Event {
 public:
  Event() = default;
  ~Event() {
    if (filled_) yaml_event_delete(&event_);
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  bool parse(yaml_parser_t& parser) {
    filled_ = yaml_parser_parse(&parser, &event_) == 1;
    return filled_;
  }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_{};
  bool filled_ = false;
};

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const auto word : words) {
    if (text == word) return true;
  }
  return false;
}

bool parse_integer(std::string_view text, nlohmann::json& out) {
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  std::string_view rest = digits;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  int base = 10;
  if (rest.starts_with("0x")) {
    base = 16;
    rest.remove_prefix(2);
  } else if (rest.starts_with("0o")) {
    base = 8;
    rest.remove_prefix(2);
  } else if (rest.starts_with("0b")) {
    base = 2;
    rest.remove_prefix(2);
  } else if (rest.size() > 1 && rest.starts_with('0')) {
    base = 8;
    rest.remove_prefix(1);
  }
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, base);
  if (rest.empty() || error != std::errc() || end != rest.data() + rest.size()) return false;
  if (!negative) {
    out = number;
    return true;
  }
  if (number > static_cast<uint64_t>(INT64_MAX) + 1) return false;
  out = number == static_cast<uint64_t>(INT64_MAX) + 1 ? INT64_MIN : -static_cast<int64_t>(number);
  return true;
}

bool parse_float(std::string_view text, nlohmann::json& out) {
  if (text.find_first_of("0123456789") == std::string_view::npos) return false;
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return false;
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return false;
  out = number;
  return true;
}

nlohmann::json resolve(const yaml_event_t& event) {
  const std::string_view text(reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length);
  const auto* tag = reinterpret_cast<const char*>(event.data.scalar.tag);
  const bool plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (!plain || (tag != nullptr && std::string_view(tag) == YAML_STR_TAG)) return std::string(text);
  if (text.empty() || one_of(text, {"~", "null", "Null", "NULL"})) return nullptr;
  if (one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return true;
  if (one_of(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) return false;
  nlohmann::json number;
  if (parse_integer(text, number) || parse_float(text, number)) return number;
  return std::string(text);
}

// A key keeps its letters: `on:` and `1:` are keys of that name.
std::string key_text(const yaml_event_t& event) {
  return {reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length};
}

class YamlReader {
 public:
  YamlReader(std::string_view text, uint32_t line, const Limits& limits, bool want_positions)
      : first_line_(line), tree_(limits, want_positions) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~YamlReader() { yaml_parser_delete(&parser_); }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;

  ReadDocument read() {
    while (step()) {
    }
    return tree_.take();
  }

 private:
  Position at(const yaml_mark_t& mark) const {
    return {first_line_ + static_cast<uint32_t>(mark.line), static_cast<uint32_t>(mark.column) + 1};
  }

  bool fail(const char* reason, std::string message, Position where) {
    tree_.add_problem({reason, std::move(message), where, ""});
    return false;
  }

  bool step() {
    Event event;
    if (!event.parse(parser_)) return syntax_error();
    const Position where = at(event->start_mark);
    switch (event->type) {
      case YAML_STREAM_END_EVENT:
        return false;
      case YAML_DOCUMENT_START_EVENT:
        if (documents_++ > 0) return fail("SyntaxError", "a second document starts here without a --- line", where);
        return true;
      case YAML_SCALAR_EVENT:
        return scalar(*event.operator->(), where);
      case YAML_ALIAS_EVENT:
        return alias(reinterpret_cast<const char*>(event->data.alias.anchor), where);
      case YAML_MAPPING_START_EVENT:
        return begin(true, event->data.mapping_start.anchor, where);
      case YAML_SEQUENCE_START_EVENT:
        return begin(false, event->data.sequence_start.anchor, where);
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        return end();
      default:
        return true;
    }
  }

  bool syntax_error() {
    std::string message = parser_.problem == nullptr ? "this is not YAML" : parser_.problem;
    if (parser_.context != nullptr) message = std::string(parser_.context) + ": " + message;
    if (parser_.error == YAML_READER_ERROR) return fail("SyntaxError", message, {first_line_, 1});
    return fail("SyntaxError", message, at(parser_.problem_mark));
  }

  bool begin(bool map, const yaml_char_t* anchor, Position where) {
    if (tree_.wants_key()) return fail("SyntaxError", "a key has to be a plain text, not a map or a list", where);
    open_.push_back({anchor == nullptr ? "" : reinterpret_cast<const char*>(anchor), tree_.nodes()});
    return map ? tree_.begin_map(where) : tree_.begin_list(where);
  }

  bool end() {
    const auto opened = open_.back();
    open_.pop_back();
    if (!tree_.end()) return false;
    remember(opened.first, tree_.nodes() - opened.second);
    return true;
  }

  bool scalar(const yaml_event_t& event, Position where) {
    if (tree_.wants_key()) return tree_.key(key_text(event), where);
    if (!tree_.value(resolve(event), where)) return false;
    if (event.data.scalar.anchor != nullptr) {
      remember(reinterpret_cast<const char*>(event.data.scalar.anchor), TreeBuilder::weight(event.data.scalar.length));
    }
    return true;
  }

  void remember(const std::string& anchor, size_t nodes) {
    if (!anchor.empty()) anchors_[anchor] = {tree_.last(), nodes};
  }

  bool alias(const std::string& name, Position where) {
    const auto known = anchors_.find(name);
    if (known == anchors_.end()) return fail("SyntaxError", "the alias *" + name + " has no anchor before it", where);
    if (tree_.wants_key()) {
      if (!known->second.value.is_string())
        return fail("SyntaxError", "the alias *" + name + " is no text, so it cannot be a key", where);
      return tree_.key(known->second.value.get<std::string>(), where);
    }
    return tree_.count_alias(known->second.nodes, where) && tree_.value(known->second.value, where);
  }

  yaml_parser_t parser_{};
  uint32_t first_line_;
  TreeBuilder tree_;
  int documents_ = 0;
  std::map<std::string, Anchor> anchors_;
  std::vector<std::pair<std::string, size_t>> open_;  // anchor and node count of each open map or list
};

}  // namespace

ReadDocument read_yaml(std::string_view text, uint32_t line, const Limits& limits, bool want_positions) {
  return YamlReader(text, line, limits, want_positions).read();
}

}  // namespace solder::config

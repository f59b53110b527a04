// YAML by libyaml's events: all that YAML can say.
#include <yaml.h>

#include <memory>
#include <string_view>

#include "core/config/tree_builder.h"
#include "core/config/yaml_scalar.h"

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

nlohmann::json resolve(const yaml_event_t& event) {
  const std::string_view text(reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length);
  const auto* tag = reinterpret_cast<const char*>(event.data.scalar.tag);
  const bool plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (!plain || (tag != nullptr && std::string_view(tag) == YAML_STR_TAG)) return std::string(text);
  return resolve_plain(text);
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

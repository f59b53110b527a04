// YAML by libyaml's events, without recursion. Plain scalars are those of YAML 1.2's core schema, as OpenAPI wants it.
#include <yaml.h>

#include <charconv>
#include <cmath>
#include <map>
#include <vector>

#include "document.h"

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

class Event {
 public:
  explicit Event(yaml_parser_t& parser) : good_(yaml_parser_parse(&parser, &event_) == 1) {}
  ~Event() {
    if (good_) yaml_event_delete(&event_);
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  [[nodiscard]] bool good() const { return good_; }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_{};
  bool good_;
};

std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base = 10) {
  Number out = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = [&] {
    if constexpr (std::is_floating_point_v<Number>)
      return std::from_chars(text.data(), end, out);
    else
      return std::from_chars(text.data(), end, out, base);
  }();
  return error == std::errc() && at == end && !text.empty() ? std::optional(out) : std::nullopt;
}

Json scalar_of(std::string_view text, bool plain) {
  if (!plain) return std::string(text);
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text.find_first_not_of("0123456789+-.eExXoabcdfABCDF") != std::string_view::npos) return std::string(text);
  if (const auto whole = number_of<int64_t>(text[0] == '+' ? text.substr(1) : text)) return *whole;
  if (text.starts_with("0x")) {
    if (const auto whole = number_of<uint64_t>(text.substr(2), 16)) return *whole;
  }
  const bool digits = text.find_first_of("0123456789") != std::string_view::npos;
  const auto real = digits ? number_of<double>(text[0] == '+' ? text.substr(1) : text) : std::nullopt;
  if (real && std::isfinite(*real)) return *real;
  return std::string(text);
}

// `<<: *base` takes what is not there from another map, or from several.
void merge_keys(Json& map) {
  const auto at = map.find("<<");
  if (at == map.end()) return;
  const Json base = *at;
  map.erase("<<");
  for (const Json& one : base.is_array() ? base : Json::array({base})) {
    if (!one.is_object()) continue;
    for (const auto& [key, value] : one.items()) {
      if (!map.contains(key)) map[key] = value;
    }
  }
}

class YamlReader {
 public:
  YamlReader(std::string_view text, const DocumentLimits& limits) : limits_(limits) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~YamlReader() { yaml_parser_delete(&parser_); }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;

  std::optional<Json> read(std::string& why) {
    while (!done_ && why_.empty()) step();
    why = why_;
    return why_.empty() ? std::optional(std::move(root_)) : std::nullopt;
  }

 private:
  struct Open {
    Json value;
    std::string anchor;
    std::string key;
    bool has_key = false;
    size_t nodes = 0;  // when it was opened
  };
  struct Anchor {
    Json value;
    size_t nodes = 0;
  };

  void fail(std::string why) { why_ = std::move(why); }

  void step() {
    const Event event(parser_);
    if (!event.good()) {
      const std::string problem = parser_.problem == nullptr ? "it cannot be read" : parser_.problem;
      return fail("it is not YAML: " + problem + ", at line " + std::to_string(parser_.problem_mark.line + 1));
    }
    switch (event->type) {
      case YAML_DOCUMENT_END_EVENT:  // what follows is another document
      case YAML_STREAM_END_EVENT:
        done_ = true;
        return;
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event->data.scalar;
        const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
        if (wants_key()) return take_key(std::string(text));
        return put(scalar_of(text, scalar.style == YAML_PLAIN_SCALAR_STYLE && text_of(scalar.tag).empty()),
                   text_of(scalar.anchor), 1);
      }
      case YAML_ALIAS_EVENT:
        return alias(std::string(text_of(event->data.alias.anchor)));
      case YAML_MAPPING_START_EVENT:
        return open(Json::object(), text_of(event->data.mapping_start.anchor));
      case YAML_SEQUENCE_START_EVENT:
        return open(Json::array(), text_of(event->data.sequence_start.anchor));
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        return close();
      default:
        return;
    }
  }

  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().value.is_object() && !open_.back().has_key;
  }
  void take_key(std::string key) {
    open_.back().key = std::move(key);
    open_.back().has_key = true;
  }

  void open(Json value, std::string_view anchor) {
    if (wants_key()) return fail("it is not YAML of this kind: a key is a map or a list");
    if (open_.size() >= limits_.depth)
      return fail("it is nested deeper than " + std::to_string(limits_.depth) + " levels");
    open_.push_back({std::move(value), std::string(anchor), "", false, nodes_});
  }

  void close() {
    Open top = std::move(open_.back());
    open_.pop_back();
    if (top.value.is_object()) merge_keys(top.value);
    put(std::move(top.value), top.anchor, nodes_ - top.nodes + 1);
  }

  // `nodes`: what the value is made of, itself included, of which all but itself were counted.
  void put(Json value, std::string_view anchor, size_t nodes) {
    if (++nodes_ > limits_.nodes) return fail("it has more than " + std::to_string(limits_.nodes) + " values");
    if (!anchor.empty()) {
      aliased_ += nodes;  // a copy of it is kept
      if (aliased_ > limits_.aliased) return fail("its anchors hold too much");
      anchors_[std::string(anchor)] = {value, nodes};
    }
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.push_back(std::move(value));
    } else {
      open_.back().value[open_.back().key] = std::move(value);
      open_.back().has_key = false;
    }
  }

  void alias(const std::string& name) {
    if (wants_key()) return fail("it is not YAML of this kind: a key is an alias");
    const auto at = anchors_.find(name);
    if (at == anchors_.end()) return fail("it is not YAML: the alias *" + name + " has no anchor before it");
    aliased_ += at->second.nodes;
    nodes_ += at->second.nodes - 1;
    if (aliased_ > limits_.aliased)
      return fail("its aliases stand for more than " + std::to_string(limits_.aliased) + " values");
    put(at->second.value, "", at->second.nodes);
  }

  const DocumentLimits& limits_;
  yaml_parser_t parser_{};
  std::vector<Open> open_;
  std::map<std::string, Anchor> anchors_;
  Json root_;
  size_t nodes_ = 0, aliased_ = 0;
  std::string why_;
  bool done_ = false;
};

}  // namespace

std::optional<Json> read_yaml_document(std::string_view text, std::string& why, const DocumentLimits& limits) {
  return YamlReader(text, limits).read(why);
}

}  // namespace solder::plugins::openapi

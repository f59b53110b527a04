#include "yaml_value.h"

#include <yaml.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <map>
#include <stdexcept>

namespace solder::plugins::consul {

using sdk::Json;

namespace {

constexpr int kMaxDepth = 100;
constexpr size_t kMaxNodes = 200000;  // aliases written out

[[noreturn]] void refuse(const std::string& what, const yaml_mark_t& at) {
  throw std::runtime_error(what + " (line " + std::to_string(at.line + 1) + ")");
}

bool is_number(const std::string& text, Json& out) {
  int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto [at, error] = std::from_chars(text.data(), end, whole); error == std::errc() && at == end) {
    out = whole >= 0 ? Json(static_cast<uint64_t>(whole)) : Json(whole);
    return true;
  }
  const bool plain = !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string::npos &&
                     text.find_first_of("0123456789") != std::string::npos;
  if (!plain) return false;
  errno = 0;
  char* stopped = nullptr;
  const double number = std::strtod(text.c_str(), &stopped);
  if (errno != 0 || *stopped != '\0') return false;
  out = number;
  return true;
}

Json scalar(const yaml_event_t& event) {
  const auto& given = event.data.scalar;
  std::string text(reinterpret_cast<const char*>(given.value), given.length);
  if (given.style != YAML_PLAIN_SCALAR_STYLE) return text;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  Json number;
  return is_number(text, number) ? number : Json(std::move(text));
}

class Reader {
 public:
  explicit Reader(std::string_view text) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::runtime_error("there is no memory");
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Reader() { yaml_parser_delete(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Json document() {
    Event event(*this);  // the stream's start
    event.next();
    if (event.type() == YAML_STREAM_END_EVENT) return nullptr;
    event.next();
    Json out = value(event, 0);
    event.next();  // the document's end
    event.next();
    if (event.type() != YAML_STREAM_END_EVENT) refuse("there is a second document in it", event.at());
    return out;
  }

 private:
  class Event {
   public:
    explicit Event(Reader& reader) : reader_(reader) { parse(); }
    ~Event() { yaml_event_delete(&event_); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void next() {
      yaml_event_delete(&event_);
      parse();
    }
    [[nodiscard]] yaml_event_type_t type() const { return event_.type; }
    [[nodiscard]] const yaml_event_t& get() const { return event_; }
    [[nodiscard]] const yaml_mark_t& at() const { return event_.start_mark; }

   private:
    void parse() {
      if (yaml_parser_parse(&reader_.parser_, &event_) != 0) return;
      event_ = {};
      const auto& parser = reader_.parser_;
      refuse(parser.problem == nullptr ? "it is no YAML" : std::string("it is no YAML: ") + parser.problem,
             parser.problem_mark);
    }
    Reader& reader_;
    yaml_event_t event_{};
  };

  static std::string anchor_of(const yaml_event_t& event) {
    const yaml_char_t* name = event.type == YAML_SCALAR_EVENT           ? event.data.scalar.anchor
                              : event.type == YAML_SEQUENCE_START_EVENT ? event.data.sequence_start.anchor
                              : event.type == YAML_MAPPING_START_EVENT  ? event.data.mapping_start.anchor
                              : event.type == YAML_ALIAS_EVENT          ? event.data.alias.anchor
                                                                        : nullptr;
    return name == nullptr ? "" : reinterpret_cast<const char*>(name);
  }

  void count(size_t nodes, const yaml_mark_t& at) {
    nodes_ += nodes;
    if (nodes_ > kMaxNodes) refuse("it is too large with its aliases written out", at);
  }

  // `event` is at the value's first one, and at its last one afterwards.
  Json value(Event& event, int depth) {
    if (depth > kMaxDepth) refuse("it is nested too deep", event.at());
    const std::string anchor = anchor_of(event.get());
    const size_t before = nodes_;
    count(1, event.at());
    Json out;
    switch (event.type()) {
      case YAML_SCALAR_EVENT:
        out = scalar(event.get());
        break;
      case YAML_SEQUENCE_START_EVENT:
        out = Json::array();
        for (event.next(); event.type() != YAML_SEQUENCE_END_EVENT; event.next())
          out.push_back(value(event, depth + 1));
        break;
      case YAML_MAPPING_START_EVENT:
        out = map(event, depth);
        break;
      case YAML_ALIAS_EVENT: {
        const auto at = anchors_.find(anchor);
        if (at == anchors_.end()) refuse("nothing is named *" + anchor, event.at());
        count(at->second.second, event.at());
        return at->second.first;
      }
      default:
        refuse("a value is missing", event.at());
    }
    if (!anchor.empty()) anchors_[anchor] = {out, nodes_ - before};
    return out;
  }

  Json map(Event& event, int depth) {
    Json out = Json::object();
    for (event.next(); event.type() != YAML_MAPPING_END_EVENT; event.next()) {
      if (event.type() != YAML_SCALAR_EVENT) refuse("a key is no text", event.at());
      const auto& given = event.get().data.scalar;
      const std::string key(reinterpret_cast<const char*>(given.value), given.length);
      const yaml_mark_t at = event.at();
      event.next();
      if (!out.emplace(key, value(event, depth + 1)).second) refuse("the key " + key + " is there twice", at);
    }
    return out;
  }

  yaml_parser_t parser_{};
  std::map<std::string, std::pair<Json, size_t>> anchors_;
  size_t nodes_ = 0;
};

}  // namespace

Json read_yaml(std::string_view text) { return Reader(text).document(); }

}  // namespace solder::plugins::consul

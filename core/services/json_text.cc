#include "core/services/json_text.h"

#include <utility>
#include <vector>

namespace solder::services {
namespace {

using nlohmann::json;

// Builds the tree. Names are fixed by nlohmann's SAX interface.
class TreeBuilder {
 public:
  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(json::number_integer_t value) { return put(value); }
  bool number_unsigned(json::number_unsigned_t value) { return put(value); }
  bool number_float(json::number_float_t value, const json::string_t& /*text*/) { return put(value); }
  bool string(json::string_t& value) { return put(std::move(value)); }
  bool binary(json::binary_t& /*value*/) { return false; }
  bool start_object(size_t /*elements*/) { return open(json::object()); }
  bool end_object() { return close(); }
  bool start_array(size_t /*elements*/) { return open(json::array()); }
  bool end_array() { return close(); }

  bool key(json::string_t& name) {
    if (open_.back()->contains(name)) return fail("the key \"" + name + "\" stands twice in one object");
    key_ = std::move(name);
    return true;
  }

  bool parse_error(size_t position, const std::string& /*last_token*/, const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 3: ..." → what follows the id.
    std::string text = error.what();
    if (const size_t end = text.find("] "); end != std::string::npos) text.erase(0, end + 2);
    return fail("not JSON (byte " + std::to_string(position) + "): " + text);
  }

  json root;
  std::string problem;

 private:
  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }

  json* place(json value) {
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    if (open_.back()->is_array()) return &open_.back()->get_ref<json::array_t&>().emplace_back(std::move(value));
    return &(open_.back()->get_ref<json::object_t&>()[std::move(key_)] = std::move(value));
  }

  bool put(json value) {
    place(std::move(value));
    return true;
  }

  bool open(json value) {
    if (open_.size() >= kMaxJsonDepth) {
      return fail("nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    open_.push_back(place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<json*> open_;
  std::string key_;
};

}  // namespace

base::Result<nlohmann::json> parse_json(std::string_view text) {
  TreeBuilder builder;
  if (!json::sax_parse(text.begin(), text.end(), &builder)) return base::invalid_argument(std::move(builder.problem));
  return std::move(builder.root);
}

std::string describe_json(const nlohmann::json& value) {
  constexpr size_t kLongest = 60;
  if (value.is_object()) return value.empty() ? "{}" : "an object";
  if (value.is_array()) return value.empty() ? "[]" : "a list";
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() <= kLongest) return text;
  size_t end = kLongest;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "...";
}

}  // namespace solder::services

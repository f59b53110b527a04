// JSON by nlohmann's SAX parser. It says what stands there and not where, so the place is kept by an iterator that
// knows how far it was read.
#include <algorithm>
#include <iterator>

#include "core/config/shown.h"
#include "core/config/tree_builder.h"

namespace solder::config {

namespace {

// Hands out the bytes and tells `offset` how far it came.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char* begin, size_t* offset) : at_(at), begin_(begin), offset_(offset) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    *offset_ = static_cast<size_t>(at_ - begin_);
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char* begin_;
  size_t* offset_;
};

class JsonReader : public nlohmann::json::json_sax_t {
 public:
  JsonReader(std::string_view text, const Limits& limits, bool want_positions)
      : text_(text), tree_(limits, want_positions) {}

  ReadDocument read() {
    const char* begin = text_.data();
    const char* end = begin + text_.size();
    nlohmann::json::sax_parse(CountingIterator(begin, begin, &offset_), CountingIterator(end, begin, &offset_), this);
    return tree_.take();
  }

  bool null() override { return tree_.value(nullptr, here()); }
  bool boolean(bool value) override { return tree_.value(value, here()); }
  bool number_integer(number_integer_t value) override { return tree_.value(value, here()); }
  bool number_unsigned(number_unsigned_t value) override { return tree_.value(value, here()); }
  bool number_float(number_float_t value, const string_t&) override { return tree_.value(value, here()); }
  bool string(string_t& value) override { return tree_.value(std::move(value), here()); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return tree_.begin_map(here()); }
  bool key(string_t& name) override { return tree_.key(std::move(name), here()); }
  bool end_object() override { return end(); }
  bool start_array(size_t) override { return tree_.begin_list(here()); }
  bool end_array() override { return end(); }
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception& problem) override {
    std::string message = problem.what();
    // "[json.exception.parse_error.101] parse error at line 3, column 1: syntax error ...": the place is told apart.
    const size_t text = message.find(": ");
    if (text != std::string::npos) message.erase(0, text + 2);
    // The parser shows what it read byte by byte, so it may show half a letter, which no report could carry.
    for (char& c : message) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    tree_.add_problem({"SyntaxError", shortened(message, 200), place(offset_ == 0 ? 0 : offset_ - 1), ""});
    return false;
  }

 private:
  bool end() {
    seen_ = offset_;
    return tree_.end();
  }

  // Where the token starts that was just read: the first byte after the last one that is no blank and no separator.
  Position here() {
    size_t start = seen_;
    while (start < text_.size() && std::string_view(" \t\r\n,:").find(text_[start]) != std::string_view::npos) ++start;
    seen_ = std::max(offset_, start + 1);
    // A number is known to end only when the byte behind it was read.
    if (start < text_.size() && text_[start] != '{' && text_[start] != '[' && text_[start] != '"') {
      seen_ = start;
      while (seen_ < text_.size() && std::string_view(" \t\r\n,:]}").find(text_[seen_]) == std::string_view::npos)
        ++seen_;
    }
    return place(start);
  }

  Position place(size_t offset) {
    offset = std::min(offset, text_.size());
    for (; counted_ < offset; ++counted_) {
      if (text_[counted_] != '\n') continue;
      ++line_;
      line_start_ = counted_ + 1;
    }
    return {line_, static_cast<uint32_t>(offset >= line_start_ ? offset - line_start_ : 0) + 1};
  }

  std::string_view text_;
  TreeBuilder tree_;
  size_t offset_ = 0;   // read so far
  size_t seen_ = 0;     // end of the last token
  size_t counted_ = 0;  // lines are counted up to here
  uint32_t line_ = 1;
  size_t line_start_ = 0;
};

}  // namespace

ReadDocument read_json(std::string_view text, const Limits& limits, bool want_positions) {
  return JsonReader(text, limits, want_positions).read();
}

}  // namespace solder::config

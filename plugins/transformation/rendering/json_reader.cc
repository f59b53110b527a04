#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "characters.h"
#include "json.h"

namespace solder::transformation {

namespace {

size_t put_utf8(uint32_t code, char* out) {
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    out[0] = static_cast<char>(0xC0 | code >> 6);
    out[1] = static_cast<char>(0x80 | (code & 0x3F));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = static_cast<char>(0xE0 | code >> 12);
    out[1] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out[2] = static_cast<char>(0x80 | (code & 0x3F));
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | code >> 18);
  out[1] = static_cast<char>(0x80 | (code >> 12 & 0x3F));
  out[2] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
  out[3] = static_cast<char>(0x80 | (code & 0x3F));
  return 4;
}

class Reader {
 public:
  Reader(Arena& arena, std::string_view text, JsonError& error) : arena_(arena), text_(text), error_(error) {}

  std::optional<Value> whole() {
    Value out;
    if (!value(out, 0)) return std::nullopt;
    space();
    if (at_ != text_.size()) {
      fail("something stands behind the value");
      return std::nullopt;
    }
    return out;
  }

 private:
  bool fail(const char* what) {
    error_ = {at_, what};
    return false;
  }

  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool value(Value& out, int depth) {
    if (depth >= kDeepest) return fail("nested too deep");
    space();
    if (at_ >= text_.size()) return fail("the text ends where a value is to come");
    switch (text_[at_]) {
      case '{':
        return object(out, depth);
      case '[':
        return array(out, depth);
      case '"': {
        std::string_view text;
        if (!string(text)) return false;
        out = Value::of(text);
        return true;
      }
      case 't':
        return word("true", Value::of(true), out);
      case 'f':
        return word("false", Value::of(false), out);
      case 'n':
        return word("null", Value(), out);
      default:
        return number(out);
    }
  }

  bool word(std::string_view name, const Value& value, Value& out) {
    if (text_.substr(at_, name.size()) != name) return fail("not a JSON value");
    at_ += name.size();
    out = value;
    return true;
  }

  bool digits() {
    const size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > from;
  }

  bool number(Value& out) {
    const size_t from = at_;
    const bool negative = take('-');
    const bool zero = at_ < text_.size() && text_[at_] == '0';
    if (zero ? !take('0') : !digits()) return fail("not a JSON value");
    bool whole = true;
    if (take('.')) {
      whole = false;
      if (!digits()) return fail("digits are to follow the point");
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('+')) (void)take('-');
      if (!digits()) return fail("digits are to follow the exponent");
    }
    const char *first = text_.data() + from, *last = text_.data() + at_;
    if (whole && negative) {
      int64_t integer = 0;
      if (std::from_chars(first, last, integer).ec == std::errc()) return out = Value::of(integer), true;
    } else if (whole) {
      uint64_t natural = 0;
      if (std::from_chars(first, last, natural).ec == std::errc()) return out = Value::of(natural), true;
    }
    double real = 0;
    if (std::from_chars(first, last, real).ec != std::errc()) return fail("the number is out of range");
    out = Value::of(real);
    return true;
  }

  // The opening quote is ahead. Texts without escapes are not copied.
  bool string(std::string_view& out) {
    const size_t from = ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return fail("a control character in a string");
      ++at_;
    }
    if (at_ >= text_.size()) return fail("a string without an end");
    if (text_[at_] == '"') {
      out = text_.substr(from, at_++ - from);
      return true;
    }
    return escaped(from, out);
  }

  bool escaped(size_t from, std::string_view& out) {
    size_t end = at_;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return fail("a string without an end");
    char* buffer = arena_.make<char>(end - from);
    if (buffer == nullptr) return fail("too much memory would be needed");
    size_t length = 0;
    for (at_ = from; text_[at_] != '"';) {
      const char c = text_[at_++];
      if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a string");
      if (c != '\\') {
        buffer[length++] = c;
      } else if (!escape(buffer, length)) {
        return false;
      }
    }
    ++at_;
    out = {buffer, length};
    return true;
  }

  bool escape(char* buffer, size_t& length) {
    constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    const char c = text_[at_++];
    if (const size_t known = kFrom.find(c); known != std::string_view::npos) {
      buffer[length++] = kTo[known];
      return true;
    }
    uint32_t code = 0;
    if (c != 'u' || !four(code)) return fail("an escape that JSON does not have");
    if (code >= 0xDC00 && code < 0xE000) return fail("half of a surrogate pair");
    if (code >= 0xD800 && code < 0xDC00) {
      uint32_t low = 0;
      if (!take('\\') || !take('u') || !four(low) || low < 0xDC00 || low >= 0xE000)
        return fail("half of a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    length += put_utf8(code, buffer + length);  // at most as long as its escape
    return true;
  }

  bool four(uint32_t& code) {
    if (text_.size() - at_ < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const int digit = hex_digit(text_[at_++]);
      if (digit < 0) return false;
      code = code << 4 | static_cast<uint32_t>(digit);
    }
    return true;
  }

  bool array(Value& out, int depth) {
    ++at_;
    const size_t base = items_.size();
    space();
    if (!take(']')) {
      do {
        Value item;
        if (!value(item, depth + 1)) return false;
        items_.push_back(item);
        space();
      } while (take(','));
      if (!take(']')) return fail("an array goes on with , or ends with ]");
    }
    const size_t count = items_.size() - base;
    Value* items = arena_.make<Value>(count);
    if (count > 0 && items == nullptr) return fail("too much memory would be needed");
    std::copy(items_.begin() + static_cast<ptrdiff_t>(base), items_.end(), items);
    items_.resize(base);
    out = Value::array(items, count);
    return true;
  }

  bool object(Value& out, int depth) {
    ++at_;
    const size_t base = members_.size();
    space();
    if (!take('}')) {
      do {
        Member member;
        space();
        if (at_ >= text_.size() || text_[at_] != '"') return fail("a key is a string");
        if (!string(member.key)) return false;
        space();
        if (!take(':')) return fail(": is to follow a key");
        if (!value(member.value, depth + 1)) return false;
        members_.push_back(member);
        space();
      } while (take(','));
      if (!take('}')) return fail("an object goes on with , or ends with }");
    }
    return sorted(base, out);
  }

  // Of equal keys the last counts.
  bool sorted(size_t base, Value& out) {
    const auto from = members_.begin() + static_cast<ptrdiff_t>(base);
    const auto by_key = [](const Member& a, const Member& b) { return a.key < b.key; };
    if (!std::is_sorted(from, members_.end(), by_key)) std::stable_sort(from, members_.end(), by_key);
    const size_t count = members_.size() - base;
    Member* members = arena_.make<Member>(count);
    if (count > 0 && members == nullptr) return fail("too much memory would be needed");
    size_t kept = 0;
    for (size_t i = 0; i < count; ++i) {
      if (i + 1 < count && from[static_cast<ptrdiff_t>(i)].key == from[static_cast<ptrdiff_t>(i) + 1].key) continue;
      members[kept++] = from[static_cast<ptrdiff_t>(i)];
    }
    members_.resize(base);
    out = Value::object(members, kept);
    return true;
  }

  Arena& arena_;
  std::string_view text_;
  JsonError& error_;
  size_t at_ = 0;
  std::vector<Value> items_;  // of the arrays that are open
  std::vector<Member> members_;
};

}  // namespace

std::optional<Value> read_json(Arena& arena, std::string_view text, JsonError& error) {
  if (!valid_utf8(text)) {
    error = {0, "the text is not UTF-8"};
    return std::nullopt;
  }
  return Reader(arena, text, error).whole();
}

}  // namespace solder::transformation

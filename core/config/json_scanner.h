// Walks over JSON that a serializer wrote (no white space) without making anything of it. Everything that it does not
// expect makes a step fail. Inside core/config only. Tested by tests/unit/config/route_texts_test.cc.
#pragma once

#include <optional>
#include <string_view>

namespace solder::config {

class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  [[nodiscard]] size_t at() const { return at_; }
  // The next character, or 0 at the end.
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // Moves behind the string that begins here; gives its content as it is written.
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    const size_t begin = at_;
    for (;;) {
      const size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return std::nullopt;
      size_t escapes = 0;
      while (quote - escapes > begin && text_[quote - escapes - 1] == '\\') ++escapes;
      at_ = quote + 1;
      if (escapes % 2 == 0) return text_.substr(begin, quote - begin);
    }
  }

  // Walks over the object that begins here. `use(key, begin)` moves behind each value; `begin` is where the key's quote
  // stands. False as soon as it is, or where this is no object.
  template <typename Use>
  bool each_member(const Use& use) {
    if (!take('{')) return false;
    while (!take('}')) {
      const size_t begin = at_;
      const auto key = string();
      if (!key || !take(':') || !use(*key, begin)) return false;
      if (!take(',') && peek() != '}') return false;
    }
    return true;
  }

  // Brackets are counted and strings are jumped over; what stands between is not looked at.
  bool skip_value() {
    if (peek() == '"') return string().has_value();
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      switch (text_[at_]) {
        case '"':
          if (!string()) return false;
          --at_;
          break;
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          if (depth == 0) return true;
          if (--depth == 0) {
            ++at_;
            return true;
          }
          break;
        case ',':
          if (depth == 0) return true;
          break;
        default:
          break;
      }
    }
    return false;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace solder::config

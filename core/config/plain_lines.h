// Walks over the lines of a YAML document that say something. Inside core/config only.
#pragma once

#include <cstdint>
#include <string_view>

namespace solder::config {

class PlainLines {
 public:
  explicit PlainLines(std::string_view text) : text_(text) {}

  // Goes to the first line, behind the --- that a document may begin with. False where the text has letters that need
  // more than a look (tabs, line ends of other systems, what YAML takes for a line end, control characters), or a
  // directive.
  bool start() { return is_simple() && find_first(); }

  // How far left the line begins that the walk stands at; -1 behind the last.
  [[nodiscard]] int indent() const { return indent_; }
  [[nodiscard]] bool at_end() const { return indent_ < 0; }
  // Where start() came to, counted from 0.
  [[nodiscard]] uint32_t first_line() const { return first_line_; }
  [[nodiscard]] int column() const { return static_cast<int>(at_ - line_start_); }
  // The rest of the text.
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] char peek() const { return letter(0); }
  // The letter so far on, or 0 behind the end of the text.
  [[nodiscard]] char letter(size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  // A list's item.
  [[nodiscard]] bool at_dash() const { return peek() == '-' && ends_word(letter(1)); }
  static bool ends_word(char c) { return c == ' ' || c == '\n' || c == '\0'; }

  void skip(size_t letters) { at_ += letters; }
  // Whether there were any.
  bool skip_blanks() {
    const size_t begin = at_;
    while (peek() == ' ') ++at_;
    return at_ != begin;
  }
  // At the end of a line, or at the remark before it; a remark has a blank before it.
  [[nodiscard]] bool at_line_end(bool blank) const {
    return peek() == '\n' || peek() == '\0' || (peek() == '#' && blank);
  }
  // Goes from the end of a line, or the remark before it, to the next line that says something. False at a line that
  // ends the document.
  bool next();
  // The same, where nothing but a remark may stand before the end of the line.
  bool finish() { return at_line_end(skip_blanks()) && next(); }

 private:
  [[nodiscard]] bool is_simple() const;
  bool find_first();

  std::string_view text_;
  size_t at_ = 0;
  size_t line_start_ = 0;
  uint32_t first_line_ = 0;
  int indent_ = -1;
};

}  // namespace solder::config

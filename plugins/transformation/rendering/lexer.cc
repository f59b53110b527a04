#include "lexer.h"

#include <algorithm>
#include <array>

#include "characters.h"

namespace solder::transformation {

namespace {

using Kind = Token::Kind;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
// Names hold what paths are written with: time.start, time/start, a-b.
bool in_name(char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '/' || c == '-'; }

// Longest first.
constexpr std::array<std::string_view, 22> kSigns = {"==", "!=", ">=", "<=", ">", "<", "=", "+", "-", "*", "/",
                                                     "^",  "%",  "(",  ")",  "[", "]", "{", "}", ",", ":", "|"};

class Lexer {
 public:
  Lexer(std::string_view text, TemplateError& error) : text_(text), error_(error) {}

  std::optional<std::vector<Token>> run() {
    while (at_ < text_.size()) {
      if (!part()) return std::nullopt;
    }
    add(Kind::kEnd, at_, at_);
    return std::move(tokens_);
  }

 private:
  bool fail(size_t offset, std::string message) {
    error_ = {std::move(message), position_of(text_, offset)};
    return false;
  }
  void add(Kind kind, size_t from, size_t to) { tokens_.push_back({kind, text_.substr(from, to - from), from}); }
  [[nodiscard]] bool ahead(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

  // Where the next text ends: at "{{", "{%", "{#", or "##" at the start of a line.
  [[nodiscard]] size_t next_open(size_t from) const {
    for (size_t i = from; i + 1 < text_.size(); ++i) {
      const char second = text_[i + 1];
      if (text_[i] == '{' && (second == '{' || second == '%' || second == '#')) return i;
      if (text_[i] == '#' && second == '#' && (i == 0 || text_[i - 1] == '\n')) return i;
    }
    return text_.size();
  }

  bool part() {
    const size_t open = next_open(at_);
    size_t end = open;
    const bool dash = open + 2 < text_.size() && text_[open] == '{' && text_[open + 2] == '-';
    while (dash && end > at_ && is_space(text_[end - 1])) --end;
    if (end > at_) add(Kind::kText, at_, end);
    at_ = open;
    if (open == text_.size()) return true;
    const char kind = text_[open + 1];
    const bool line = text_[open] == '#';
    at_ += dash ? 3 : 2;
    if (!line && kind == '#') return comment(open);
    if (!line && kind == '%' && at_ < text_.size() && text_[at_] == '+') ++at_;
    add(!line && kind == '{' ? Kind::kOpenExpression : Kind::kOpenStatement, open, at_);
    return line ? words("\n", open) : words(kind == '{' ? "}}" : "%}", open);
  }

  bool comment(size_t open) {
    const size_t close = text_.find("#}", at_);
    if (close == std::string_view::npos) return fail(open, "a comment without its end #}");
    at_ = close + 2;
    if (text_[close - 1] == '-' && close - 1 >= open + 2) skip_spaces();
    return true;
  }

  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  bool words(std::string_view close, size_t open) {
    const bool line = close == "\n";
    while (true) {
      while (at_ < text_.size() && is_space(text_[at_]) && !(line && text_[at_] == '\n')) ++at_;
      if (at_ >= text_.size()) {
        if (!line)
          return fail(open,
                      "'" + std::string(text_.substr(open, 2)) + "' without its end '" + std::string(close) + "'");
        add(Kind::kClose, at_, at_);
        return true;
      }
      if (!line && text_[at_] == '-' && text_.substr(at_ + 1, 2) == close) {
        add(Kind::kClose, at_, at_ + 3);
        at_ += 3;
        skip_spaces();
        return true;
      }
      // In an object the braces that close it come before those of the expression.
      if (ahead(close) && !(close == "}}" && braces_ > 0)) {
        braces_ = 0;
        add(Kind::kClose, at_, at_ + close.size());
        at_ += close.size();
        return true;
      }
      if (!word()) return false;
    }
  }

  [[nodiscard]] bool after_operand() const {
    const Token& last = tokens_.back();
    return last.kind == Kind::kName || last.kind == Kind::kNumber || last.kind == Kind::kString || last.text == ")" ||
           last.text == "]" || last.text == "}";
  }

  bool word() {
    const size_t from = at_;
    const char c = text_[at_];
    if (is_letter(c)) {
      while (at_ < text_.size() && in_name(text_[at_])) ++at_;
      // "a-%}" is a name and a close with a dash.
      while (text_[at_ - 1] == '-' && (ahead("%}") || ahead("}}"))) --at_;
      add(Kind::kName, from, at_);
      return true;
    }
    if (is_digit(c) || (c == '-' && !after_operand() && from + 1 < text_.size() && is_digit(text_[from + 1]))) {
      ++at_;
      while (at_ < text_.size() && number_goes_on()) ++at_;
      add(Kind::kNumber, from, at_);
      return true;
    }
    if (c == '"') return string();
    if (c == '.' && after_operand() && from + 1 < text_.size() && is_letter(text_[from + 1])) {
      add(Kind::kSign, from, ++at_);
      return true;
    }
    if (c == '\'') return fail(from, "a string stands in double quotes, found '");
    const auto sign = std::find_if(kSigns.begin(), kSigns.end(), [&](std::string_view s) { return ahead(s); });
    if (sign == kSigns.end()) return fail(from, "unexpected character '" + std::string(1, c) + "'");
    if (*sign == "{") ++braces_;
    if (*sign == "}" && braces_ > 0) --braces_;
    at_ += sign->size();
    add(Kind::kSign, from, at_);
    return true;
  }

  [[nodiscard]] bool number_goes_on() const {
    const char c = text_[at_], before = text_[at_ - 1];
    return is_digit(c) || c == '.' || c == 'e' || c == 'E' ||
           ((c == '+' || c == '-') && (before == 'e' || before == 'E'));
  }

  bool string() {
    const size_t from = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return fail(from, "a string without its closing quote");
    add(Kind::kString, from, ++at_);
    return true;
  }

  std::string_view text_;
  TemplateError& error_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t braces_ = 0;  // of objects that are open in an expression
};

}  // namespace

std::optional<std::vector<Token>> tokens_of(std::string_view text, TemplateError& error) {
  return Lexer(text, error).run();
}

Position position_of(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t newline = before.rfind('\n');
  return {static_cast<size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          newline == std::string_view::npos ? before.size() + 1 : before.size() - newline};
}

}  // namespace solder::transformation

// From tokens to a Template. Depth is bounded, so that neither parsing nor rendering recurses further than
// kDeepestBlock.
#pragma once

#include "functions.h"
#include "lexer.h"
#include "template.h"

namespace solder::transformation {

inline constexpr int kDeepestBlock = 64;
inline constexpr int kMostLinks = 1000;  // operators of one expression; else-ifs of a template: each is a level

class Parser {
 public:
  Parser(Template& out, std::string_view text, std::vector<Token> tokens, TemplateError& error)
      : out_(out), text_(text), tokens_(std::move(tokens)), error_(error) {}

  bool run();

 private:
  [[nodiscard]] const Token& ahead() const { return tokens_[at_]; }
  const Token& next() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  [[nodiscard]] bool is(Token::Kind kind, std::string_view text) const {
    return ahead().kind == kind && ahead().text == text;
  }
  [[nodiscard]] bool is_sign(std::string_view text) const { return is(Token::Kind::kSign, text); }
  [[nodiscard]] bool is_word(std::string_view text) const { return is(Token::Kind::kName, text); }
  bool fail(const Token& at, std::string message);
  bool expected(const std::string& what);
  bool close();

  // Blocks. `ended` is the word of the statement that ended the list: else, endif, endfor, or nothing at the end.
  bool list(Statements& out, std::string_view& ended, int depth);
  bool statement(Statements& out, std::string_view& ended, int depth);
  bool branch(Statements& out, int depth);
  bool loop(Statements& out, int depth);
  bool assignment(Statements& out);

  ExpressionPtr expression(int weakest, int depth);
  ExpressionPtr operand(int depth);
  ExpressionPtr suffixes(ExpressionPtr from, int depth);
  ExpressionPtr call(const Token& name, ExpressionPtr first, int depth);
  ExpressionPtr literal(const Token& from, size_t end);
  ExpressionPtr brackets();
  ExpressionPtr variable(const Token& name);
  ExpressionPtr make(Expression::Kind kind, const Token& at);

  Template& out_;
  std::string_view text_;
  std::vector<Token> tokens_;
  TemplateError& error_;
  size_t at_ = 0;
  int links_ = 0;
  int else_ifs_ = 0;
};

}  // namespace solder::transformation

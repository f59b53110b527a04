// The statements of a template: if, for, set, and the text between them.
#include "parser.h"

namespace solder::transformation {

std::optional<Template> Template::parse(std::string_view text, Notation notation, TemplateError& error) {
  error = {};
  auto tokens = tokens_of(text, error);
  if (!tokens) return std::nullopt;
  std::optional<Template> out(std::in_place);
  out->notation_ = notation;
  if (!Parser(*out, text, std::move(*tokens), error).run()) return std::nullopt;
  return out;
}

bool Parser::run() {
  std::string_view ended;
  if (!list(out_.statements_, ended, 0)) return false;
  return ended.empty() || fail(tokens_[at_ > 0 ? at_ - 1 : 0], "'" + std::string(ended) + "' without its beginning");
}

bool Parser::close() {
  if (ahead().kind != Token::Kind::kClose) return expected("the end of the statement");
  next();
  return true;
}

bool Parser::list(Statements& out, std::string_view& ended, int depth) {
  if (depth > kDeepestBlock) return fail(ahead(), "statements nested too deep");
  while (ahead().kind != Token::Kind::kEnd) {
    const Token& token = next();
    if (token.kind == Token::Kind::kText) {
      out.emplace_back().text = token.text;
    } else if (token.kind == Token::Kind::kOpenExpression) {
      auto shown = expression(1, 0);
      if (!shown) return false;
      if (ahead().kind != Token::Kind::kClose) return expected("'}}'");
      next();
      Statement& print = out.emplace_back();
      print.kind = Statement::Kind::kPrint;
      print.expression = std::move(shown);
    } else {
      if (!statement(out, ended, depth)) return false;
      if (!ended.empty()) return true;
    }
  }
  return true;
}

bool Parser::statement(Statements& out, std::string_view& ended, int depth) {
  if (ahead().kind != Token::Kind::kName) return expected("a statement");
  const Token word = next();
  if (word.text == "if") return branch(out, depth + 1);
  if (word.text == "for") return loop(out, depth + 1);
  if (word.text == "set") return assignment(out);
  if (word.text == "else" || word.text == "endif" || word.text == "endfor") {
    ended = word.text;
    return true;  // what follows is for the block that it ends
  }
  if (word.text == "include" || word.text == "extends" || word.text == "block" || word.text == "endblock")
    return fail(word, "'" + std::string(word.text) + "' needs other templates, and there are none");
  return fail(word, "unknown statement '" + std::string(word.text) + "'; known are if, else, endif, for, endfor, set");
}

// Behind "if".
bool Parser::branch(Statements& out, int depth) {
  const Token from = tokens_[at_ - 1];
  Statement made;
  made.kind = Statement::Kind::kIf;
  made.expression = expression(1, 0);
  std::string_view ended;
  if (!made.expression || !close() || !list(made.body, ended, depth)) return false;
  if (ended == "else") {
    if (is_word("if")) {  // the endif of the inner one is that of the outer one
      if (++else_ifs_ > kMostLinks) return fail(ahead(), "too many else if");
      next();
      if (!branch(made.otherwise, depth)) return false;
      out.push_back(std::move(made));
      return true;
    }
    ended = {};
    if (!close() || !list(made.otherwise, ended, depth)) return false;
  }
  if (ended != "endif") return fail(from, "'if' without its 'endif'");
  out.push_back(std::move(made));
  return close();
}

// Behind "for": "value in list" or "key, value in object".
bool Parser::loop(Statements& out, int depth) {
  const Token from = tokens_[at_ - 1];
  Statement made;
  made.kind = Statement::Kind::kFor;
  if (ahead().kind != Token::Kind::kName) return expected("a name");
  made.text = next().text;
  if (is_sign(",")) {
    next();
    if (ahead().kind != Token::Kind::kName) return expected("a name");
    made.key = std::move(made.text);
    made.text = next().text;
  }
  if (!is_word("in")) return expected("'in'");
  next();
  made.expression = expression(1, 0);
  std::string_view ended;
  if (!made.expression || !close() || !list(made.body, ended, depth)) return false;
  if (ended != "endfor") return fail(from, "'for' without its 'endfor'");
  out.push_back(std::move(made));
  return close();
}

bool Parser::assignment(Statements& out) {
  if (ahead().kind != Token::Kind::kName) return expected("a name");
  Statement made;
  made.kind = Statement::Kind::kSet;
  made.text = next().text;
  if (!is_sign("=")) return expected("'='");
  next();
  made.expression = expression(1, 0);
  if (!made.expression || !close()) return false;
  out.push_back(std::move(made));
  return true;
}

}  // namespace solder::transformation

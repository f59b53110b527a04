// A document with those that it refers to, asked for one after the other until all are there that may be had.
// Tested by tests/e2e/openapi_test.py.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "budget.h"
#include "functions.h"

namespace solder::plugins::openapi {

class DocumentSet {
 public:
  // What came of it: why there is none, or the functions.
  struct Outcome {
    bool unreachable = false;  // nobody answered; else somebody did, if only with a wrong thing
    std::string why;
    std::optional<Functions> functions;
    bool same = false;  // the very document of the last time, whose functions are known
  };
  using Then = std::function<void(const Outcome&)>;

  explicit DocumentSet(Budget& budget) : budget_(budget) {}
  ~DocumentSet() { give_up(); }
  DocumentSet(const DocumentSet&) = delete;
  DocumentSet& operator=(const DocumentSet&) = delete;

  // Asks for `document`; `then` runs once, later. What was under way is given up.
  void ask(const Url& document, const Url& upstream, std::string secret_ns, std::string secret_name, Then then);
  // Of a text that is there already.
  void read(const std::string& text, const Url& upstream, Then then);
  void give_up();
  // The next document counts as new.
  void forget() { last_hash_ = 0; }

 private:
  void get(const std::string& url, sdk::Http::Then then);
  void take(const sdk::HttpAnswer& answer);
  void take_text(std::string_view text);
  void take_other(const std::string& url, const sdk::HttpAnswer& answer);
  void look();
  void end(const Outcome& outcome);

  Budget& budget_;
  Url document_, upstream_;
  std::string secret_ns_, secret_name_;
  Then then_;
  Documents documents_;
  std::set<std::string> tried_;
  std::set<Budget::Ticket> under_way_;
  size_t last_hash_ = 0;
};

// What is wrong with an answer that is not 200, for people.
std::string problem_of(const sdk::HttpAnswer& answer);

}  // namespace solder::plugins::openapi

// Follows one thing in Consul by blocking queries: asks, hands on what is answered, and asks again with the index of
// the answer once its owner has taken it. There is never more than one query of it. An index that goes backwards, a
// server that was away and one that answers at once without news are Consul's ways of saying that nothing is known of
// the past, or that asking again at once would be a loop: the rules are those of Consul's "Blocking Queries".
// Tested by tests/e2e/consul_kv_test.py and tests/e2e/consul_faults_test.py.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "api.h"
#include "question.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::consul {

class BlockingQuery {
 public:
  struct Ends {
    // News. `anew`: all that is known may be outdated. next() asks on; not before.
    std::function<void(const Reply&, bool anew)> news;
    // Another trouble than before, or none any more; or given up.
    std::function<void()> changed;
  };
  // `what` names the thing for people, `right` the rule that an ACL would need.
  BlockingQuery(const sdk::Host& host, Api& api, Question question, std::string what, std::string right, Ends ends);
  ~BlockingQuery();
  BlockingQuery(const BlockingQuery&) = delete;
  BlockingQuery& operator=(const BlockingQuery&) = delete;

  void accept_not_found() { accepts_not_found_ = true; }
  void start() { ask(); }
  // Asks on, but not before that long after it asked last.
  void next(std::chrono::milliseconds not_before = std::chrono::milliseconds(10));
  // What is known may be outdated: asks without waiting.
  void forget_index() { index_ = 0; }
  [[nodiscard]] const std::optional<Trouble>& trouble() const { return trouble_; }
  // It will not be had soon: others need not wait for it. A server that is away, and a token that nobody knows, are
  // waited for: they would take everything away.
  [[nodiscard]] bool given_up() const;

 private:
  void ask();
  void send();
  void take(const Reply& reply);
  // It may have been answered by a server that does not know all yet: asks again, surely.
  bool doubtful(const Reply& reply);
  void failed(const Reply& reply);
  void set_trouble(std::optional<Trouble> trouble);

  const sdk::Host host_;
  Api& api_;
  const Question question_;
  const std::string what_, right_;
  const Ends ends_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;
  uint64_t index_ = 0;
  bool accepts_not_found_ = false, anew_ = true, waiting_ = false;
  bool filtered_ = false;  // the last answer: the token may not see all of it
  bool at_once_ = false;   // the next question does not wait
  bool surely_ = false;    // the question under way, or the last
  int idle_ = 0;           // answers without news that came before their time, one after the other
  std::chrono::steady_clock::time_point sent_;
  std::chrono::milliseconds wait_{0};
  std::optional<Api::Id> under_way_;
  std::optional<Trouble> trouble_;
};

}  // namespace solder::plugins::consul

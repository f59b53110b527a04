// The Lease (coordination.k8s.io/v1) by which several Solders on one API server choose the one that leads. It is
// renewed well before its time; one that is not any more is taken over after that time, which each measures by its own
// clock from when it last saw the Lease change, so that clocks may differ. Whoever holds it stops sooner than others
// may begin, and asks the clock, not a timer: a process that was stopped knows when it wakes. Tested by
// tests/e2e/kubernetes_replicas_test.py.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "api_connection.h"
#include "kind_watch.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/held_lease.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::kubernetes {

class Lease {
 public:
  // All outlive it. `changed`: it is held or not held any more, or something else is in the way.
  Lease(const sdk::Host& host, sdk::Http& http, const Connection& connection, std::string ns, std::string name,
        uint64_t seed, std::function<void()> changed);
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // Once there is a connection.
  void start();
  // By the clock, now.
  [[nodiscard]] bool held() const { return lease_.held(); }
  [[nodiscard]] const std::optional<WatchProblem>& problem() const { return problem_; }

 private:
  void ask();
  void take_answer(const sdk::HttpAnswer& answer);
  void write(bool create);
  void written(const sdk::HttpAnswer& answer, uint64_t sent);
  void failed(const sdk::HttpAnswer& answer, const char* verb);
  void send(const char* method, const std::string& path, const std::string& body, sdk::Http::Then then);
  [[nodiscard]] std::string path() const;

  sdk::Http& http_;
  const Connection& connection_;
  const std::string ns_, name_;
  const std::function<void()> changed_;
  sdk::HeldLease lease_;
  sdk::Timer timer_;
  sdk::Backoff backoff_;
  sdk::Json seen_;           // the Lease as the server gave it last
  std::string last_change_;  // what tells that another renewed it
  uint64_t changed_at_ = 0;
  bool asking_ = false;
  std::optional<WatchProblem> problem_;
};

}  // namespace solder::plugins::kubernetes

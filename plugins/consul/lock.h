// The lock in Consul's KV store by which several Solders choose the one that leads: a key that a session of Consul's
// holds, and that its holder writes anew well before its time. A session lives for tens of seconds after its holder has
// died, which is too long: whoever has not seen the key change for a few seconds by its own clock ends the session and
// takes the lock. Nothing depends on that moment: what the leader writes is bound to its session (fence()), so that
// Consul itself refuses what comes from one that was stopped and woke up. Clocks may differ; whoever holds the lock
// stops sooner than others may begin, and asks the clock, not a timer. Tested by tests/e2e/consul_replicas_test.py.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "api.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/held_lease.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::consul {

class Lock {
 public:
  // All outlive it. `changed`: it is held or not held any more, or something else is in the way.
  Lock(const sdk::Host& host, Api& api, std::function<void()> changed);
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void start() { look(); }
  // By the clock, now.
  [[nodiscard]] bool held() const { return lease_.held(); }
  // The operation that makes a transaction fail unless the lock is still this one's.
  [[nodiscard]] sdk::Json fence() const;
  // A transaction failed for that.
  void lost();
  [[nodiscard]] const std::optional<Trouble>& trouble() const { return trouble_; }

 private:
  void look();
  void take_look(const Reply& reply);
  void end_session(const std::string& session);
  void take();
  void create_session();
  void renew_session();
  void acquire();
  void acquired(const Reply& reply, uint64_t sent);
  void failed(const Reply& reply);
  void send(const char* method, const std::string& path, const std::string& body,
            std::function<void(const Reply&)> then);

  Api& api_;
  const std::string key_;
  const std::function<void()> changed_;
  sdk::HeldLease lease_;
  sdk::Timer timer_;
  sdk::Backoff backoff_;
  std::string session_;      // empty: none
  std::string last_change_;  // what tells that another wrote it
  uint64_t changed_at_ = 0, renewed_at_ = 0;
  bool asking_ = false;
  std::optional<Trouble> trouble_;
};

// None: this Solder is alone.
inline bool leads(const Lock* lock) { return lock == nullptr || lock->held(); }
// Whether it was the fence that made a transaction fail.
bool is_fenced_off(const sdk::Json& error);

}  // namespace solder::plugins::consul

// solder/sdk/held_lease.hpp - a lease that this Solder holds or does not ("solder.lease/1"): who it is to others, until
// when, and what the host and the log are told of it. How a store keeps the lease is its source's to write. Not
// included by sdk.hpp.
//
// A member of the source's class, whose manifest lists "solder.lease/1" and "solder.loop/1" under "needs" if it cannot
// do without. From the start it is not held. Tested by tests/e2e/kubernetes_replicas_test.py and
// tests/e2e/consul_replicas_test.py.
#ifndef SOLDER_SDK_HELD_LEASE_HPP_
#define SOLDER_SDK_HELD_LEASE_HPP_

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <utility>

#include "solder/sdk/objects.hpp"
#include "solder/sdk/timer.hpp"
#include "solder/services/loop.h"

namespace solder::sdk {

class HeldLease {
 public:
  // `changed`: it is held, or not any more.
  HeldLease(const Host& host, std::function<void()> changed)
      : host_(host), changed_(std::move(changed)), timer_(host), identity_(new_identity()) {
    hold_lease(host_, 0);
  }
  HeldLease(const HeldLease&) = delete;
  HeldLease& operator=(const HeldLease&) = delete;

  // The machine (a pod's name), and something of this instance alone: one that begins again is another one.
  [[nodiscard]] const std::string& identity() const { return identity_; }
  // The host's clock, which goes on while the process is stopped. [nanoseconds]
  [[nodiscard]] uint64_t now() const {
    const auto* loop = static_cast<const solder_svc_loop*>(host_.service(SOLDER_SVC_LOOP));
    return SOLDER_HAS(loop, now_ns) ? loop->now_ns(loop->ctx) : 0;
  }
  // By the clock, now.
  [[nodiscard]] bool held() const { return now() < until_; }
  // Held until then; 0: not held. It ends by itself where it is not renewed.
  void hold(uint64_t until) {
    const bool before = until_ != 0;
    until_ = until;
    hold_lease(host_, until);
    timer_.cancel();
    if (until != 0) {
      const uint64_t at = now();
      timer_.start(std::chrono::nanoseconds(until > at ? until - at : 0), [this] { hold(0); });
    }
    if (before == (until != 0)) return;
    host_.log(SOLDER_LOG_INFO, until != 0 ? "this Solder leads: it writes statuses and discovers (" + identity_ + ")"
                                          : std::string("this Solder does not lead any more"));
    changed_();
  }

 private:
  static std::string new_identity() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    std::array<char, 24> random{};
    std::random_device device;
    std::snprintf(random.data(), random.size(), "_%08x%08x", device(), device());
    return std::string(host.data()) + random.data();
  }

  const Host host_;
  const std::function<void()> changed_;
  Timer timer_;
  const std::string identity_;
  uint64_t until_ = 0;
};

}  // namespace solder::sdk

#endif

// When a lease of Vault is renewed, be it of a login or of keys.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "solder/sdk/backoff.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::vault {

inline constexpr std::chrono::milliseconds kLongestLeasePause = std::chrono::seconds(30);  // after a failure
inline constexpr std::chrono::milliseconds kShortestLease{500};

// Calls `then` when two thirds of the lease have passed, each at another moment about it; never where it has no end.
inline void start_renewal(sdk::Timer& timer, sdk::Backoff& backoff, std::chrono::milliseconds lease,
                          std::function<void()> then) {
  timer.cancel();
  if (lease.count() <= 0) return;
  const std::chrono::milliseconds wait = std::max(kShortestLease, lease * 2 / 3);
  timer.start(wait - backoff.jitter(wait / 10), std::move(then));
}

}  // namespace solder::plugins::vault

// solder/sdk/backoff.hpp - how long a discovery waits after failures, one after the other: twice as long each time, up
// to a minute, and by chance between half and all of that, so that many who failed together do not come back together.
// Not included by sdk.hpp. Tested by tests/unit/sdk/backoff_test.cc.
#ifndef SOLDER_SDK_BACKOFF_HPP_
#define SOLDER_SDK_BACKOFF_HPP_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string_view>

#include "solder/sdk/text.hpp"
#include "solder/services/loop.h"

namespace solder::sdk {

class Backoff {
 public:
  // Of any object's address: instances that start at one time differ.
  Backoff(const Host& host, const void* object) : Backoff(seed_of(host, object)) {}
  explicit Backoff(uint64_t seed) : chance_(static_cast<uint32_t>(seed ^ (seed >> 32))) {}

  [[nodiscard]] int failures() const { return failures_; }
  void succeeded() { failures_ = 0; }
  // `asked`: what the other side asks for (Retry-After), in seconds; less is not waited, and no more than 5 minutes.
  std::chrono::milliseconds failed(std::string_view asked = {}) {
    const int64_t whole = std::min<int64_t>(60000, 1000LL << std::min(failures_++, 10));
    int64_t wait = whole / 2 + static_cast<int64_t>(chance_() % static_cast<uint32_t>(whole / 2 + 1));
    int64_t seconds = 0;
    for (const char c : asked.substr(0, 6)) {
      if (c < '0' || c > '9') {
        seconds = 0;
        break;
      }
      seconds = seconds * 10 + (c - '0');
    }
    wait = std::max(wait, std::min<int64_t>(seconds, 300) * 1000);
    return std::chrono::milliseconds(wait);
  }
  // Between nothing and `most`.
  std::chrono::milliseconds jitter(std::chrono::milliseconds most) {
    return std::chrono::milliseconds(chance_() % static_cast<uint32_t>(most.count() + 1));
  }

 private:
  static uint64_t seed_of(const Host& host, const void* object) {
    const auto* loop = static_cast<const solder_svc_loop*>(host.service(SOLDER_SVC_LOOP));
    return (SOLDER_HAS(loop, now_ns) ? loop->now_ns(loop->ctx) : 0) ^ reinterpret_cast<uintptr_t>(object);
  }

  std::mt19937 chance_;
  int failures_ = 0;
};

}  // namespace solder::sdk

#endif

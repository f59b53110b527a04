// How long to wait after failures, one after the other: twice as long each time, up to a minute, and by chance between
// half and all of that, so that many who failed together do not come back together.
// Tested by tests/unit/aws_lambda/listing_test.cc.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <string_view>

namespace solder::plugins::aws_lambda {

class Backoff {
 public:
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
  std::mt19937 chance_;
  int failures_ = 0;
};

}  // namespace solder::plugins::aws_lambda

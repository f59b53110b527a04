#include "core/host/isolation/patience.h"

#include <algorithm>

namespace solder::host::isolation {

namespace {

constexpr int kKillsAtOnce = 2;
constexpr auto kKillStep = std::chrono::milliseconds(10);
constexpr int kMostKillSteps = 7;  // 1.28 s

}  // namespace

void Patience::fault(Clock::time_point now) {
  faults_.push_back(now);
  while (now - faults_.front() > kWindow) faults_.pop_front();
  parked_ = parked_ || faults_.size() >= kMostFaults;
  const auto wait = first_wait_ * (1 << (faults_.size() - 1));
  due_ = now + std::min<Clock::duration>(wait, kLongest);
}

void Patience::killed(Clock::time_point now) {
  if (++kills_ <= kKillsAtOnce) return;
  due_ = std::max(due_, now + kKillStep * (1 << std::min(kills_ - kKillsAtOnce - 1, kMostKillSteps)));
}

void Patience::revive() { *this = Patience(first_wait_); }

std::chrono::milliseconds Patience::left(Clock::time_point now) const {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(due_ - now), std::chrono::milliseconds(0));
}

}  // namespace solder::host::isolation

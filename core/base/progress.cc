#include "core/base/progress.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace solder::base {

namespace {

constexpr auto kBetweenLines = std::chrono::seconds(1);

}  // namespace

Progress::Progress(std::string what, size_t total, std::function<void(const std::string&)> tell,
                   std::function<Clock::time_point()> now)
    : what_(std::move(what)), total_(total), tell_(std::move(tell)), now_(std::move(now)), told_(now_()) {}

void Progress::step() {
  ++done_;
  const auto now = now_();
  if (now - told_ < kBetweenLines) return;
  told_ = now;
  tell_(what_ + ": " + std::to_string(done_) + " of " + std::to_string(total_));
}

void Progress::to_log(const std::string& line) { spdlog::info("{}", line); }

}  // namespace solder::base

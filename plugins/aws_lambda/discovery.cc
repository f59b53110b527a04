#include "discovery.h"

#include <stdexcept>

#include "followed_upstream.h"
#include "solder/draft/services/loop.h"
#include "solder/sdk/json.hpp"

namespace solder::plugins::aws_lambda {

namespace {

// Chance is all that it is for: instances that start at one time are to differ.
uint64_t seed(const sdk::Host& host, const void* object) {
  const auto* loop = static_cast<const solder_svc_loop*>(host.service(SOLDER_SVC_LOOP));
  return (SOLDER_HAS(loop, now_ns) ? loop->now_ns(loop->ctx) : 0) ^ reinterpret_cast<uintptr_t>(object);
}

constexpr double kPeriod = 10.5;  // at most 6 cycles a minute
constexpr double kShortest = 1, kLongest = 86400;

std::chrono::milliseconds read_period(const sdk::Json& config) {
  double seconds = kPeriod;
  for (const auto& [name, value] : config.items()) {
    if (name != "listEverySeconds" || !value.is_number() || value < kShortest || value > kLongest)
      throw std::invalid_argument("unknown, of the wrong type or out of its range: " + name +
                                  "; right is listEverySeconds, a number from 1 to 86400");
    seconds = value.get<double>();
  }
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

}  // namespace

Discovery::Discovery(const sdk::Host& host, const sdk::Json& config)
    : host_(host), period_(read_period(config)), http_(host), publisher_(host) {}
Discovery::~Discovery() = default;

void Discovery::follow(const sdk::UpstreamInput& in) {
  auto& upstream = followed_[sdk::to_string(in.upstream)];
  if (!upstream) {
    upstream =
        std::make_unique<FollowedUpstream>(host_, http_, publisher_, in.upstream, period_, seed(host_, &upstream));
  }
  upstream->begin(sdk::parse_json(in.json));
}

void Discovery::forget(const sdk::Ref& ref) { followed_.erase(sdk::to_string(ref)); }

}  // namespace solder::plugins::aws_lambda

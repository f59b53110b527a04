#include "discovery.h"

#include "followed_upstream.h"
#include "solder/sdk/json.hpp"
#include "solder/sdk/period.hpp"

namespace solder::plugins::aws_lambda {

namespace {

constexpr double kPeriod = 10.5;  // seconds: at most 6 cycles a minute

}  // namespace

Discovery::Discovery(const sdk::Host& host, const sdk::Json& config)
    : host_(host), period_(sdk::read_period(config, kPeriod)), http_(host), publisher_(host) {}
Discovery::~Discovery() = default;

void Discovery::follow(const sdk::UpstreamInput& in) {
  auto& upstream = followed_[sdk::to_string(in.upstream)];
  if (!upstream) {
    upstream = std::make_unique<FollowedUpstream>(host_, http_, publisher_, in.upstream, period_);
  }
  upstream->begin(sdk::parse_json(in.json));
}

void Discovery::forget(const sdk::Ref& ref) { followed_.erase(sdk::to_string(ref)); }

}  // namespace solder::plugins::aws_lambda

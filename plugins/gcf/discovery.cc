#include "discovery.h"

#include "solder/sdk/period.hpp"

namespace solder::plugins::gcf {

namespace {

constexpr double kPeriod = 30;  // seconds: Google allows some 60 lists a minute for a project, of all who ask

}  // namespace

Discovery::Discovery(const sdk::Host& host, const sdk::Json& config)
    : host_(host), period_(sdk::read_period(config, kPeriod)), http_(host), publisher_(host) {}

void Discovery::follow(const sdk::UpstreamInput& in) {
  auto& upstream = followed_[sdk::to_string(in.upstream)];
  if (!upstream) upstream = std::make_unique<FollowedUpstream>(host_, http_, publisher_, in.upstream, period_);
  upstream->begin(sdk::parse_json(in.json));
}

}  // namespace solder::plugins::gcf

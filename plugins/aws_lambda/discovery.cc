#include "discovery.h"

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

}  // namespace

Discovery::Discovery(const sdk::Host& host) : host_(host), http_(host), publisher_(host) {}
Discovery::~Discovery() = default;

void Discovery::follow(const sdk::UpstreamInput& in) {
  auto& upstream = followed_[sdk::to_string(in.upstream)];
  if (!upstream) {
    upstream = std::make_unique<FollowedUpstream>(host_, http_, publisher_, in.upstream, seed(host_, &upstream));
  }
  upstream->begin(sdk::parse_json(in.json));
}

void Discovery::forget(const sdk::Ref& ref) { followed_.erase(sdk::to_string(ref)); }

}  // namespace solder::plugins::aws_lambda

#include "discovery.h"

#include "solder/sdk/period.hpp"

namespace solder::plugins::aws_ec2 {

namespace {

constexpr double kPeriod = 30;  // seconds, as in Gloo

}  // namespace

Discovery::Discovery(const sdk::Host& host, const sdk::Json& config)
    : host_(host), period_(sdk::read_period(config, kPeriod)), http_(host), publisher_(host) {}

void Discovery::follow(const sdk::UpstreamInput& in) {
  const std::string name = sdk::to_string(in.upstream);
  // What is wrong with it is said where the cluster is made.
  auto upstream = read_upstream(sdk::parse_json(in.json), nullptr);
  Account::Key key;
  if (upstream) key = {upstream->url, upstream->signer};
  if (const auto before = followed_.find(name); before != followed_.end() && (!upstream || before->second != key)) {
    forget(in.upstream);
  }
  if (!upstream) {
    publisher_.report(in.upstream, {});
    return;
  }
  auto& account = accounts_[key];
  if (!account) account = std::make_unique<Account>(host_, http_, publisher_, key, period_);
  followed_[name] = key;
  account->follow(in.upstream, std::move(upstream->filters));
}

void Discovery::forget(const sdk::Ref& ref) {
  const auto at = followed_.find(sdk::to_string(ref));
  if (at == followed_.end()) return;
  const auto account = accounts_.find(at->second);
  if (account->second->forget(at->first)) accounts_.erase(account);
  followed_.erase(at);
}

}  // namespace solder::plugins::aws_ec2

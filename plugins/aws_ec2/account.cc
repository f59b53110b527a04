#include "account.h"

#include <algorithm>
#include <utility>

namespace solder::plugins::aws_ec2 {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kSpread = 7;         // by chance up to a 7th of the period longer
constexpr int kTriesOfAPage = 5;   // then the listing starts again: a token may have expired
constexpr int kQuietFailures = 2;  // throttling is no news before that
constexpr size_t kMostInstances = 100000;

}  // namespace

Account::Account(const sdk::Host& host, sdk::Http& http, const sdk::Publisher& publisher, Key key, milliseconds period)
    : http_(http), publisher_(publisher), key_(std::move(key)), period_(period), backoff_(host, this), timer_(host) {}

Account::~Account() { give_up(); }

void Account::give_up() {
  timer_.cancel();
  if (under_way_ != 0) http_.cancel(std::exchange(under_way_, 0));
}

void Account::follow(const sdk::Ref& upstream, std::vector<TagFilter> filters) {
  upstreams_[sdk::to_string(upstream)] = {std::string(upstream.kind), std::string(upstream.ns),
                                          std::string(upstream.name), std::move(filters)};
  give_up();
  backoff_.succeeded();
  // Many are told one after the other: one listing is for all of them.
  timer_.start(milliseconds(0), [this] { begin(); });
}

bool Account::forget(const std::string& upstream) {
  upstreams_.erase(upstream);
  return upstreams_.empty();
}

void Account::begin() {
  began_ = Clock::now();
  token_.clear();
  tokens_.clear();
  instances_.clear();
  ask();
}

void Account::ask() {
  const solder_http_auth auth = key_.signer.auth("ec2");
  const std::string url = key_.url + "/", form = describe_instances(token_);
  const auto status = http_.send(
      {.method = "POST",
       .url = url,
       .headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}, {"user-agent", "solder"}},
       .body = form,
       .auth = &auth},
      [this](const sdk::HttpAnswer& answer) {
        under_way_ = 0;
        take(answer);
      },
      &under_way_);
  // The host has no room for one more request now.
  if (status != SOLDER_OK) timer_.start(milliseconds(200) + backoff_.jitter(milliseconds(800)), [this] { ask(); });
}

void Account::take(const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK || answer.code != 200) return failed(answer);
  auto page = parse_instances(answer.body);
  if (!page || (!page->next_token.empty() && !tokens_.insert(page->next_token).second))
    return failed({SOLDER_UNKNOWN, "the answer is no list of instances", 0, {}, {}});
  backoff_.succeeded();
  std::move(page->instances.begin(), page->instances.end(), std::back_inserter(instances_));
  if (instances_.size() > kMostInstances)
    return failed({SOLDER_RESOURCE_EXHAUSTED, "there are more than 100000 instances", 0, {}, {}});
  token_ = std::move(page->next_token);
  token_.empty() ? listed() : ask();
}

void Account::listed() {
  for (const auto& [name, upstream] : upstreams_) {
    publisher_.list(upstream.ref(), "/spec/awsEc2/instances", "instanceId", items_json(instances_, upstream.filters));
    publisher_.report(upstream.ref(), {});
  }
  instances_.clear();
  const auto next = began_ + period_ + backoff_.jitter(period_ / kSpread);
  timer_.start(std::max<Clock::duration>(next - Clock::now(), milliseconds(0)), [this] { begin(); });
}

void Account::failed(const sdk::HttpAnswer& answer) {
  const auto error = answer.status == SOLDER_OK ? parse_error(answer.body) : ApiError{};
  const bool passing = answer.status == SOLDER_OK && is_passing(answer.code, error);
  const auto wait = backoff_.failed(answer.header("retry-after"));
  if (!passing || backoff_.failures() > kQuietFailures) {
    const std::string words = answer.status != SOLDER_OK
                                  ? std::string(answer.message)
                                  : std::to_string(answer.code) + (error.code.empty() ? "" : " " + error.code) +
                                        (error.message.empty() ? "" : ": " + error.message);
    const bool of_keys = answer.status == SOLDER_FAILED_PRECONDITION || answer.status == SOLDER_PERMISSION_DENIED ||
                         answer.code == 401 || answer.code == 403;
    report("its instances cannot be listed; those found before stay: " + words, of_keys);
  }
  const bool again = !passing || backoff_.failures() % kTriesOfAPage == 0;
  timer_.start(wait, [this, again] { again ? begin() : ask(); });
}

void Account::report(const std::string& message, bool of_keys) {
  const sdk::Ref secret = of_keys ? key_.signer.secret() : sdk::Ref{};
  for (const auto& [name, upstream] : upstreams_) {
    publisher_.report(upstream.ref(), {{.field = secret.name.empty() ? "/spec/awsEc2" : "/spec/awsEc2/secretRef",
                                        .reason = "DiscoveryFailed",
                                        .message = message,
                                        .related = secret}});
  }
}

}  // namespace solder::plugins::aws_ec2

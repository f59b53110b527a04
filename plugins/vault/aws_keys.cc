#include "aws_keys.h"

#include <algorithm>
#include <utility>

#include "lease.h"
#include "secret_object.h"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::vault {

using sdk::Json;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

seconds lease_of(const Json& body) {
  return seconds(body.is_object() ? sdk::get_uint(body, "lease_duration").value_or(0) : 0);
}

}  // namespace

AwsKeys::AwsKeys(const sdk::Host& host, Connection& connection, const AwsKeysWish& wish, bool keep_on_disk,
                 std::function<void()> changed)
    : connection_(connection),
      wish_(wish),
      keep_on_disk_(keep_on_disk),
      changed_(std::move(changed)),
      backoff_(host, this),
      timer_(host) {}

void AwsKeys::start() {
  timer_.cancel();
  ask();
}

void AwsKeys::ask() {
  const uint64_t id = ++asked_;
  const bool sent =
      connection_.send({.path = sdk::percent_encoded(wish_.path, "/")}, [this, id](const sdk::HttpAnswer& answer) {
        if (id == asked_) take(answer);
      });
  if (!sent) timer_.start(backoff_.failed(), [this] { ask(); });
}

void AwsKeys::take(const sdk::HttpAnswer& answer) {
  const Json body =
      answer.status == SOLDER_OK && answer.code == sdk::status::kOk ? sdk::parse_json(answer.body) : Json();
  const Json data = data_of(answer);
  const std::string access = data.is_object() ? sdk::get_string(data, "access_key") : "";
  const std::string secret = data.is_object() ? sdk::get_string(data, "secret_key") : "";
  if (!body.is_object() || access.empty() || secret.empty())
    return failed(connection_.failure_of(answer, "keys of AWS's at " + wish_.path));
  std::string token = sdk::get_string(data, "security_token");
  if (token.empty()) token = sdk::get_string(data, "session_token");
  backoff_.succeeded();
  lease_id_ = sdk::get_string(body, "lease_id");
  whole_lease_ = lease_of(body);
  const bool renewable = sdk::get_bool(body, "renewable").value_or(false) && !lease_id_.empty();
  start_renewal(timer_, backoff_, whole_lease_, [this, renewable] { renewable ? renew() : ask(); });
  json_ = make_aws_secret(access, secret, token, wish_.ns, wish_.name, keep_on_disk_);
  problem_.reset();
  changed_();
}

void AwsKeys::renew() {
  const uint64_t id = ++asked_;
  const Json body{{"lease_id", lease_id_}, {"increment", whole_lease_.count()}};
  const bool sent = connection_.send({.method = "PUT", .path = "sys/leases/renew", .body = body.dump()},
                                     [this, id](const sdk::HttpAnswer& answer) {
                                       if (id == asked_) renewed(answer);
                                     });
  if (!sent) timer_.start(backoff_.failed(), [this] { renew(); });
}

// What is not renewed, or not for long any more, has others in its place while it is still good.
void AwsKeys::renewed(const sdk::HttpAnswer& answer) {
  const bool ok = answer.status == SOLDER_OK && answer.code == sdk::status::kOk;
  const seconds lease = ok ? lease_of(sdk::parse_json(answer.body)) : seconds(0);
  if (lease * 2 < whole_lease_ || lease.count() <= 0) return ask();
  start_renewal(timer_, backoff_, lease, [this] { renew(); });
}

void AwsKeys::failed(Failure failure) {
  timer_.start(std::min<milliseconds>(backoff_.failed(), kLongestLeasePause), [this] { ask(); });
  if (problem_ == failure) return;
  problem_ = std::move(failure);
  changed_();
}

}  // namespace solder::plugins::vault

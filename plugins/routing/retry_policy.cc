#include "retry_policy.h"

#include "solder/envoy_fields.h"

namespace solder::plugins::routing {

namespace route = envoy::config::route::v3;
using sdk::Duration;
using sdk::Json;
using sdk::Message;

namespace {

constexpr Duration kMillisecond = {0, 1000000};
constexpr const char* kPreviousPrioritiesUrl =
    "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig";

void add_back_off(Message& policy, const Json& value, sdk::Out& out) {
  const Json* back_off = sdk::find(value, "retryBackOff");
  if (back_off == nullptr) return;
  const auto base = sdk::get_duration(*back_off, "baseInterval");
  const auto longest = sdk::get_duration(*back_off, "maxInterval");
  if (!base) {
    return out.error({"/retryBackOff", "MissingField", "a back-off needs its shortest interval", "", "baseInterval"});
  }
  if (*base < kMillisecond) {
    return out.error({"/retryBackOff/baseInterval", "InvalidDuration", "the shortest interval is too short",
                      sdk::get_string(*back_off, "baseInterval"), "at least 0.001s"});
  }
  if (longest && *longest < *base) {
    return out.error({"/retryBackOff/maxInterval", "InvalidDuration", "the longest interval is below the shortest",
                      sdk::get_string(*back_off, "maxInterval"),
                      "at least " + sdk::get_string(*back_off, "baseInterval")});
  }
  Message message;
  message.add_duration(route::RetryPolicy::RetryBackOff::kBaseInterval, *base);
  if (longest) message.add_duration(route::RetryPolicy::RetryBackOff::kMaxInterval, *longest);
  policy.add_message(route::RetryPolicy::kRetryBackOff, message);
}

void add_reset_headers(Message& message, const Json& list, sdk::Out& out) {
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string name = sdk::get_string(list[i], "name");
    if (name.empty()) {
      out.error({"/rateLimitedRetryBackOff/resetHeaders/" + std::to_string(i) + "/name", "MissingField",
                 "a header needs a name", "", "such as Retry-After"});
    }
    Message header;
    header.add_string(route::RetryPolicy::ResetHeader::kName, name);
    if (sdk::get_string(list[i], "format") == "UNIX_TIMESTAMP") {
      header.add_enum(route::RetryPolicy::ResetHeader::kFormat, route::RetryPolicy::ResetHeaderFormat::kUNIX_TIMESTAMP);
    }
    message.add_message(route::RetryPolicy::RateLimitedRetryBackOff::kResetHeaders, header);
  }
}

void add_rate_limited(Message& policy, const Json& value, sdk::Out& out) {
  const Json* limited = sdk::find(value, "rateLimitedRetryBackOff");
  if (limited == nullptr) return;
  const Json* headers = sdk::find(*limited, "resetHeaders");
  if (headers == nullptr || headers->empty()) {
    return out.error({"/rateLimitedRetryBackOff", "MissingField",
                      "a back-off by the answer's headers needs the headers' names", "", "resetHeaders"});
  }
  Message message;
  add_reset_headers(message, *headers, out);
  if (const auto longest = sdk::get_duration(*limited, "maxInterval")) {
    if (*longest <= Duration{}) {
      return out.error({"/rateLimitedRetryBackOff/maxInterval", "InvalidDuration", "this must be above zero",
                        sdk::get_string(*limited, "maxInterval"), "such as 60s"});
    }
    message.add_duration(route::RetryPolicy::RateLimitedRetryBackOff::kMaxInterval, *longest);
  }
  policy.add_message(route::RetryPolicy::kRateLimitedRetryBackOff, message);
}

void add_previous_priorities(Message& policy, const Json& value) {
  const Json* previous = sdk::find(value, "previousPriorities");
  if (previous == nullptr) return;
  const uint64_t frequency = sdk::get_uint(*previous, "updateFrequency").value_or(0);
  Message priority;
  priority.add_string(route::RetryPolicy::RetryPriority::kName, "envoy.retry_priorities.previous_priorities");
  // PreviousPrioritiesConfig.update_frequency
  priority.add_any(route::RetryPolicy::RetryPriority::kTypedConfig, kPreviousPrioritiesUrl,
                   Message().add_uint(1, frequency == 0 ? 2 : frequency));
  policy.add_message(route::RetryPolicy::kRetryPriority, priority);
}

}  // namespace

bool check_duration(const std::string& text, const std::string& field, sdk::Out& out) {
  if (!text.starts_with('-')) return true;
  out.error({field, "InvalidDuration", "a duration is not below zero here", text, "0s or more"});
  return false;
}

Message retry_policy(const Json& value, sdk::Out& out) {
  Message policy;
  if (const std::string conditions = sdk::get_string(value, "retryOn"); !conditions.empty())
    policy.add_string(route::RetryPolicy::kRetryOn, conditions);
  // Gloo writes the default out; and its 0, which cannot be told from unset, is the default too.
  const uint64_t retries = sdk::get_uint(value, "numRetries").value_or(0);
  policy.add_uint_value(route::RetryPolicy::kNumRetries, retries == 0 ? 1 : retries);
  if (const auto timeout = sdk::get_duration(value, "perTryTimeout")) {
    check_duration(sdk::get_string(value, "perTryTimeout"), "/perTryTimeout", out);
    policy.add_duration(route::RetryPolicy::kPerTryTimeout, *timeout);
  }
  add_previous_priorities(policy, value);
  if (const Json* codes = sdk::find(value, "retriableStatusCodes")) {
    for (const Json& code : *codes) policy.add_uint(route::RetryPolicy::kRetriableStatusCodes, code.get<uint32_t>());
  }
  add_back_off(policy, value, out);
  add_rate_limited(policy, value, out);
  return policy;
}

}  // namespace solder::plugins::routing

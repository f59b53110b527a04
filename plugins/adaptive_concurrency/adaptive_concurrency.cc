// adaptiveConcurrency: Envoy's filter that limits the requests on their way by measured latency. Source: Gloo's
// options/adaptive_concurrency and its plugin, with its defaults; Envoy AdaptiveConcurrency. Tested by
// plugins/adaptive_concurrency/testdata and tests/e2e/http_options_test.py.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::adaptive_concurrency {

using sdk::Json;

namespace {

constexpr const char* kName = "envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency";
constexpr const char* kType =
    "type.googleapis.com/envoy.extensions.filters.http.adaptive_concurrency.v3.AdaptiveConcurrency";
constexpr uint64_t kUnavailable = 503;

std::string milliseconds(uint64_t count) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%llu.%03llus", static_cast<unsigned long long>(count / 1000),
                static_cast<unsigned long long>(count % 1000));
  return text.data();
}

// envoy.type.v3.StatusCode has these and no others.
bool is_status(uint64_t status) {
  static constexpr std::array<uint64_t, 11> kSingle = {421, 422, 423, 424, 426, 428, 429, 431, 508, 510, 511};
  return (status >= 400 && status <= 417) || (status >= 500 && status <= 508) ||
         std::find(kSingle.begin(), kSingle.end(), status) != kSingle.end();
}

Json limit(const Json& value, sdk::Out& out) {
  const Json* params = sdk::find(value, "concurrencyLimitCalculationParams");
  const auto interval = params == nullptr ? std::nullopt : sdk::get_uint(*params, "concurrencyUpdateInterval");
  if (interval.value_or(0) == 0) {
    out.error({"/concurrencyLimitCalculationParams/concurrencyUpdateInterval", "MissingField",
               "how often the limit is calculated must be said", "", "milliseconds, 1 or more"});
    return nullptr;
  }
  return {{"concurrencyUpdateInterval", milliseconds(*interval)},
          {"maxConcurrencyLimit", sdk::get_uint(*params, "maxConcurrencyLimit").value_or(1000)}};
}

Json round_trip(const Json& value, sdk::Out& out) {
  const Json* params = sdk::find(value, "minRttCalculationParams");
  const uint64_t interval = params == nullptr ? 0 : sdk::get_uint(*params, "interval").value_or(0);
  const uint64_t fixed = params == nullptr ? 0 : sdk::get_uint(*params, "fixedValue").value_or(0);
  if (interval == 0 && fixed == 0) {
    out.error({"/minRttCalculationParams/interval", "MissingField",
               "how the shortest round-trip time is found must be said", "",
               "interval or fixedValue, milliseconds, 1 or more"});
    return nullptr;
  }
  Json result{{"requestCount", sdk::get_uint(*params, "requestCount").value_or(50)},
              {"minConcurrency", sdk::get_uint(*params, "minConcurrency").value_or(3)},
              {"jitter", {{"value", sdk::get_number(*params, "jitterPercentile").value_or(15)}}},
              {"buffer", {{"value", sdk::get_number(*params, "bufferPercentile").value_or(25)}}}};
  // As in Gloo, a measurement goes before a fixed value.
  result[interval > 0 ? "interval" : "fixedValue"] = milliseconds(interval > 0 ? interval : fixed);
  return result;
}

uint64_t exceeded_status(const Json& value, sdk::Out& out) {
  const uint64_t status = sdk::get_uint(value, "concurrencyLimitExceededStatus").value_or(0);
  if (status == 0) return kUnavailable;
  const char* field = "/concurrencyLimitExceededStatus";
  if (status < 400) {
    out.warning({field, "NoEffect", "this is no error; requests above the limit are answered 503",
                 std::to_string(status), "400 or more"});
    return kUnavailable;
  }
  if (is_status(status)) return status;
  out.error({field, "InvalidValue", "Envoy knows no such status", std::to_string(status),
             "400 to 417, 421 to 424, 426, 428, 429, 431, 500 to 508, 510 or 511"});
  return kUnavailable;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    Json gradient{
        {"concurrencyLimitParams", limit(value, out)},
        {"minRttCalcParams", round_trip(value, out)},
        {"sampleAggregatePercentile", {{"value", sdk::get_number(value, "sampleAggregatePercentile").value_or(50)}}}};
    const uint64_t status = exceeded_status(value, out);
    if (out.failed()) return;
    out.filter_json(
        "rate_limit", kName, kType,
        Json{{"gradientControllerConfig", std::move(gradient)}, {"concurrencyLimitExceededStatus", {{"code", status}}}}
            .dump());
  }
};

}  // namespace solder::plugins::adaptive_concurrency

SOLDER_PLUGIN(solder::plugins::adaptive_concurrency::Plugin, "adaptive_concurrency", "1.0.0")

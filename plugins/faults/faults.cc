// faults: Envoy's fault filter for one route. The filter itself stands on listeners where a route asks for it.
// Source: Gloo's options/faultinjection; Envoy HTTPFault. Tested by plugins/faults/testdata and
// tests/e2e/policies_test.py.
#include <cmath>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::faults {

using sdk::Json;

namespace {

constexpr const char* kFilter = "envoy.filters.http.fault";
constexpr const char* kType = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault";

// As Gloo writes it: four decimals of a percent are parts of a million.
Json percentage(const Json& fault) {
  const double percent = fault.value("percentage", 0.0);
  return {{"numerator", static_cast<uint32_t>(std::lround(percent * 10'000))}, {"denominator", "MILLION"}};
}

Json abort_of(const Json& abort, sdk::Out& out) {
  const uint64_t status = sdk::get_uint(abort, "httpStatus").value_or(0);
  if (status < 200 || status > 599) {
    out.error({"/abort/httpStatus", "InvalidValue", "an answer has a status from 200 to 599", std::to_string(status),
               "200 to 599"});
  }
  return {{"httpStatus", status}, {"percentage", percentage(abort)}};
}

Json delay_of(const Json& delay, sdk::Out& out) {
  const auto fixed = sdk::get_duration(delay, "fixedDelay");
  const std::string text = sdk::get_string(delay, "fixedDelay");
  if (!fixed || *fixed <= sdk::Duration{}) {
    out.error({"/delay/fixedDelay", "InvalidDuration", "a delay must be above zero", text, "such as 5s"});
  }
  return {{"fixedDelay", text}, {"percentage", percentage(delay)}};
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    Json fault = Json::object();
    if (const Json* abort = sdk::find(value, "abort")) fault["abort"] = abort_of(*abort, out);
    if (const Json* delay = sdk::find(value, "delay")) fault["delay"] = delay_of(*delay, out);
    if (out.failed() || fault.empty()) return;
    out.filter("fault", kFilter, kType, {});
    out.fragment_json(std::string("per_filter/") + kFilter, fault.dump(), kType);
  }
};

}  // namespace solder::plugins::faults

SOLDER_PLUGIN(solder::plugins::faults::Plugin, "faults", "1.0.0")

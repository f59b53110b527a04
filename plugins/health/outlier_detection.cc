// outlierDetection: hosts that fail are left out for a while.
#include <array>

#include "parts.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"

namespace solder::plugins::health {

namespace cluster = envoy::config::cluster::v3;
namespace fields = cluster::OutlierDetection;
using sdk::Json;
using sdk::Message;

namespace {

struct Number {
  const char* name;
  uint32_t field;
};

constexpr std::array<Number, 12> kNumbers = {{
    {"consecutive5xx", fields::kConsecutive5xx},
    {"maxEjectionPercent", fields::kMaxEjectionPercent},
    {"enforcingConsecutive5xx", fields::kEnforcingConsecutive5xx},
    {"enforcingSuccessRate", fields::kEnforcingSuccessRate},
    {"successRateMinimumHosts", fields::kSuccessRateMinimumHosts},
    {"successRateRequestVolume", fields::kSuccessRateRequestVolume},
    {"successRateStdevFactor", fields::kSuccessRateStdevFactor},
    {"consecutiveGatewayFailure", fields::kConsecutiveGatewayFailure},
    {"enforcingConsecutiveGatewayFailure", fields::kEnforcingConsecutiveGatewayFailure},
    {"consecutiveLocalOriginFailure", fields::kConsecutiveLocalOriginFailure},
    {"enforcingConsecutiveLocalOriginFailure", fields::kEnforcingConsecutiveLocalOriginFailure},
    {"enforcingLocalOriginSuccessRate", fields::kEnforcingLocalOriginSuccessRate},
}};

}  // namespace

void outlier_detection(const Json& value, sdk::Out& out) {
  Message message;
  if (sdk::find(value, "interval") == nullptr) {
    out.error({"/interval", "MissingField", "outlier detection needs the time between its sweeps", "", "such as 10s"});
  } else if (const auto interval = sdk::checked_duration(value, "interval", sdk::Least::kAboveZero, "", out)) {
    message.add_duration(fields::kInterval, *interval);
  }
  if (const auto time = sdk::checked_duration(value, "baseEjectionTime", sdk::Least::kAboveZero, "", out))
    message.add_duration(fields::kBaseEjectionTime, *time);
  for (const Number& number : kNumbers) {
    if (const auto given = sdk::get_uint(value, number.name)) message.add_uint_value(number.field, *given);
  }
  if (sdk::get_bool(value, "splitExternalLocalOriginErrors").value_or(false))
    message.add_bool(fields::kSplitExternalLocalOriginErrors, true);
  if (!out.failed()) out.fragment("cluster", Message().add_message(cluster::Cluster::kOutlierDetection, message));
}

}  // namespace solder::plugins::health

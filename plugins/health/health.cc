// Which hosts of an Upstream get requests, and how many: health checks, outlier detection, circuit breakers. Source:
// Gloo's HealthCheck, OutlierDetection and CircuitBreakerConfig; Envoy Cluster. Tested by plugins/health/testdata and
// by tests/e2e/health_test.py.
#include "parts.h"
#include "solder/envoy_fields.h"

namespace solder::plugins::health {

namespace cluster = envoy::config::cluster::v3;
using sdk::Json;
using sdk::Message;

namespace {

// One set of limits, for requests of default priority, as in Gloo.
Message circuit_breakers(const Json& value) {
  namespace fields = cluster::CircuitBreakers::Thresholds;
  Message limits;
  const auto add = [&](const char* name, uint32_t field) {
    if (const auto limit = sdk::get_uint(value, name)) limits.add_uint_value(field, *limit);
  };
  add("maxConnections", fields::kMaxConnections);
  add("maxPendingRequests", fields::kMaxPendingRequests);
  add("maxRequests", fields::kMaxRequests);
  add("maxRetries", fields::kMaxRetries);
  if (sdk::get_bool(value, "trackRemaining").value_or(false)) limits.add_bool(fields::kTrackRemaining, true);
  return Message().add_message(cluster::CircuitBreakers::kThresholds, limits);
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    if (in.key == "healthChecks") return health_checks(value, sdk::parse_json(in.options_json), in.object, out);
    if (in.key == "outlierDetection") return outlier_detection(value, out);
    if (in.key == "circuitBreakers") {
      out.fragment("cluster", Message().add_message(cluster::Cluster::kCircuitBreakers, circuit_breakers(value)));
    } else {
      out.fragment("cluster", Message().add_bool(cluster::Cluster::kIgnoreHealthOnHostRemoval, value.get<bool>()));
    }
  }
};

}  // namespace solder::plugins::health

SOLDER_PLUGIN(solder::plugins::health::Plugin, "health", "1.0.0")

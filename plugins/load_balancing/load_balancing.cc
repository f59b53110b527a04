// loadBalancerConfig, and lbHash of routes: which host of an Upstream a request goes to. Source: Gloo's
// LoadBalancerConfig; Envoy Cluster's lb_policy and CommonLbConfig. Tested by plugins/load_balancing/testdata and by
// tests/e2e/load_balancing_test.py.
#include <algorithm>

#include "hash_policies.h"
#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/cluster_name.hpp"

namespace solder::plugins::load_balancing {

namespace fields = envoy::config::cluster::v3::Cluster;
namespace policies = fields::LbPolicy;
namespace core = envoy::config::core::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr uint64_t kDefaultSmallestRing = 1024, kLargestRing = 8388608;

Message percent(double value) { return Message().add_double(envoy::type::v3::Percent::kValue, value); }

// Gloo's runtime key, so that operators who override it by name keep doing so.
std::string aggression_key(const sdk::Ref& upstream) {
  return "upstream." + sdk::cluster_name(upstream) + ".slowStart.aggression";
}

void add_slow_start(Message& config, uint32_t field, const Json& balancer, const std::string& at,
                    const sdk::Ref& upstream, sdk::Out& out) {
  const Json* value = sdk::find(balancer, "slowStartConfig");
  if (value == nullptr) return;
  const std::string here = at + "/slowStartConfig";
  Message message;
  if (const auto window = sdk::checked_duration(*value, "slowStartWindow", sdk::Least::kZero, here, out))
    message.add_duration(fields::SlowStartConfig::kSlowStartWindow, *window);
  if (const auto aggression = sdk::get_number(*value, "aggression")) {
    if (*aggression <= 0)
      out.error(
          {here + "/aggression", "InvalidValue", "this must be above zero", (*value)["aggression"].dump(), "1.0"});
    message.add_message(fields::SlowStartConfig::kAggression,
                        Message()
                            .add_double(core::RuntimeDouble::kDefaultValue, *aggression)
                            .add_string(core::RuntimeDouble::kRuntimeKey, aggression_key(upstream)));
  }
  if (const auto least = sdk::get_number(*value, "minWeightPercent"))
    message.add_message(fields::SlowStartConfig::kMinWeightPercent, percent(*least));
  config.add_message(field, message);
}

void round_robin(Message& cluster, const Json& value, const sdk::Ref& upstream, sdk::Out& out) {
  cluster.add_enum(fields::kLbPolicy, policies::kROUND_ROBIN);
  Message config;
  add_slow_start(config, fields::RoundRobinLbConfig::kSlowStartConfig, value, "/roundRobin", upstream, out);
  if (!config.empty()) cluster.add_message(fields::kRoundRobinLbConfig, config);
}

void least_request(Message& cluster, const Json& value, const sdk::Ref& upstream, sdk::Out& out) {
  cluster.add_enum(fields::kLbPolicy, policies::kLEAST_REQUEST);
  Message config;
  if (const uint64_t choices = sdk::get_uint(value, "choiceCount").value_or(0); choices == 1) {
    out.error({"/leastRequest/choiceCount", "InvalidValue", "among one host there is nothing to choose", "1",
               "2 or more, or 0 for the default of 2"});
  } else if (choices > 1) {
    config.add_uint_value(fields::LeastRequestLbConfig::kChoiceCount, choices);
  }
  add_slow_start(config, fields::LeastRequestLbConfig::kSlowStartConfig, value, "/leastRequest", upstream, out);
  if (!config.empty()) cluster.add_message(fields::kLeastRequestLbConfig, config);
}

void ring_hash(Message& cluster, const Json& value, sdk::Out& out) {
  cluster.add_enum(fields::kLbPolicy, policies::kRING_HASH);
  Message config;
  if (const Json* sizes = sdk::find(value, "ringHashConfig")) {
    const uint64_t smallest = sdk::get_uint(*sizes, "minimumRingSize").value_or(0);
    const uint64_t largest = sdk::get_uint(*sizes, "maximumRingSize").value_or(0);
    const uint64_t at_least = smallest == 0 ? kDefaultSmallestRing : smallest;
    if (at_least > (largest == 0 ? kLargestRing : largest)) {
      out.error({"/ringHash/ringHashConfig", "InvalidValue", "the smallest ring is larger than the largest",
                 std::to_string(at_least), "at most " + std::to_string(largest == 0 ? kLargestRing : largest)});
    }
    if (smallest != 0) config.add_uint_value(fields::RingHashLbConfig::kMinimumRingSize, smallest);
    if (largest != 0) config.add_uint_value(fields::RingHashLbConfig::kMaximumRingSize, largest);
  }
  cluster.add_message(fields::kRingHashLbConfig, config);
}

// Of the kinds, at most one is there: the schema sees to it.
void add_kind(Message& cluster, const Json& value, const sdk::Ref& upstream, sdk::Out& out) {
  if (const Json* kind = sdk::find(value, "roundRobin")) round_robin(cluster, *kind, upstream, out);
  if (const Json* kind = sdk::find(value, "leastRequest")) least_request(cluster, *kind, upstream, out);
  if (const Json* kind = sdk::find(value, "ringHash")) ring_hash(cluster, *kind, out);
  if (sdk::find(value, "random") != nullptr) cluster.add_enum(fields::kLbPolicy, policies::kRANDOM);
  if (sdk::find(value, "maglev") != nullptr) cluster.add_enum(fields::kLbPolicy, policies::kMAGLEV);
}

// Envoy goes by weights of localities only where it is told to.
bool weighs_localities(const Json& value) {
  if (sdk::find(value, "localityWeightedLbConfig") != nullptr) return true;
  const Json* localities = sdk::find(value, "localities");
  return localities != nullptr && std::any_of(localities->begin(), localities->end(), [](const Json& each) {
           return sdk::get_uint(each, "weight").value_or(0) > 0;
         });
}

Message common_config(const Json& value, sdk::Out& out) {
  namespace common = fields::CommonLbConfig;
  Message message;
  if (const auto threshold = sdk::get_number(value, "healthyPanicThreshold"))
    message.add_message(common::kHealthyPanicThreshold, percent(*threshold));
  if (const auto window = sdk::checked_duration(value, "updateMergeWindow", sdk::Least::kZero, "", out))
    message.add_duration(common::kUpdateMergeWindow, *window);
  if (weighs_localities(value)) message.add_message(common::kLocalityWeightedLbConfig, {});
  if (sdk::get_bool(value, "closeConnectionsOnHostSetChange").value_or(false))
    message.add_bool(common::kCloseConnectionsOnHostSetChange, true);
  if (sdk::get_bool(value, "useHostnameForHashing").value_or(false)) {
    message.add_message(common::kConsistentHashingLbConfig,
                        Message().add_bool(common::ConsistentHashingLbConfig::kUseHostnameForHashing, true));
  }
  return message;
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    if (in.scope == SOLDER_SCOPE_ROUTE) {
      if (in.action == SOLDER_ACTION_FORWARD) hash_policies(value, out);
      return;
    }
    Message cluster;
    add_kind(cluster, value, in.object, out);
    if (const Message common = common_config(value, out); !common.empty())
      cluster.add_message(fields::kCommonLbConfig, common);
    if (!cluster.empty()) out.fragment("cluster", cluster);
  }
};

}  // namespace solder::plugins::load_balancing

SOLDER_PLUGIN(solder::plugins::load_balancing::Plugin, "load_balancing", "1.0.0")

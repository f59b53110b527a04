// solder/sdk/localities.hpp - endpoints by where they are, as a ClusterLoadAssignment: for every upstream type whose
// endpoints have a region, a zone or a part of one. An Upstream's loadBalancerConfig.localities give localities weights
// and priorities; where nothing is said each has the weight of its endpoints, so that all of them are asked alike.
// Not in sdk.hpp: it wants nlohmann/json and the generated "solder/envoy_fields.h". Source: Envoy's
// LocalityLbEndpoints. Tested by plugins/static/testdata/localities.json and
// plugins/kubernetes/testdata/endpoints.json.
#ifndef SOLDER_SDK_LOCALITIES_HPP_
#define SOLDER_SDK_LOCALITIES_HPP_

#include <algorithm>
#include <compare>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "solder/envoy_fields.h"
#include "solder/sdk/json.hpp"
#include "solder/sdk/message.hpp"

namespace solder::sdk {

struct Locality {
  std::string region, zone, sub_zone;

  auto operator<=>(const Locality&) const = default;
  [[nodiscard]] bool empty() const { return region.empty() && zone.empty() && sub_zone.empty(); }
};

// {"region", "zone", "subZone"}, all of which may be absent.
inline Locality read_locality(const Json& json) {
  if (!json.is_object()) return {};
  return {get_string(json, "region"), get_string(json, "zone"), get_string(json, "subZone")};
}

// As Envoy's core.v3.Locality.
inline Message to_message(const Locality& locality) {
  namespace core = envoy::config::core::v3;
  Message out;
  const auto add = [&](uint32_t field, const std::string& value) {
    if (!value.empty()) out.add_string(field, value);
  };
  add(core::Locality::kRegion, locality.region);
  add(core::Locality::kZone, locality.zone);
  add(core::Locality::kSubZone, locality.sub_zone);
  return out;
}

// What loadBalancerConfig.localities say, in their order: the first that is meant counts.
class LocalityRules {
 public:
  explicit LocalityRules(const Json& upstream_spec) {
    const Json* balancer = upstream_spec.is_object() ? find(upstream_spec, "loadBalancerConfig") : nullptr;
    if (balancer == nullptr || !balancer->is_object()) return;
    weighted_ = find(*balancer, "localityWeightedLbConfig") != nullptr;
    const Json* list = find(*balancer, "localities");
    for (const Json& each : list != nullptr && list->is_array() ? *list : Json::array()) {
      if (!each.is_object()) continue;
      Rule one;
      if (const Json* locality = find(each, "locality")) one.locality = read_locality(*locality);
      one.weight = get_uint(each, "weight");
      one.priority = get_uint(each, "priority").value_or(0);
      rules_.push_back(std::move(one));
    }
  }

  struct Rule {
    Locality locality;               // what is empty is not asked for
    std::optional<uint64_t> weight;  // 0: no requests
    uint64_t priority = 0;
  };
  // Envoy goes by weights alone, and a locality without one is asked nothing.
  [[nodiscard]] bool weighted() const { return weighted_; }
  [[nodiscard]] const Rule& rule_for(const Locality& of) const {
    static const Rule kNone;
    for (const Rule& each : rules_) {
      if (is_meant(each.locality, of)) return each;
    }
    return kNone;
  }

 private:
  // Zones have names of their own: a store that knows no region has said enough.
  static bool is_meant(const Locality& wanted, const Locality& of) {
    const bool region = wanted.region.empty() || wanted.region == of.region ||
                        (of.region.empty() && !wanted.zone.empty() && !of.zone.empty());
    return region && (wanted.zone.empty() || wanted.zone == of.zone) &&
           (wanted.sub_zone.empty() || wanted.sub_zone == of.sub_zone);
  }

  std::vector<Rule> rules_;
  bool weighted_ = false;
};

// Gathers endpoints by locality; `endpoint`: an LbEndpoint.
class LocalityEndpoints {
 public:
  void add(const Locality& where, const Message& endpoint) { groups_[where].push_back(endpoint); }

  // A ClusterLoadAssignment without a name.
  [[nodiscard]] Message assignment(const LocalityRules& rules) const {
    namespace endpoint = envoy::config::endpoint::v3;
    const Shares shares = shares_of(rules);
    Message out;
    for (const auto& [where, endpoints] : groups_) {
      const auto& rule = rules.rule_for(where);
      if (rule.weight == 0U) continue;
      Message one;
      if (!where.empty()) one.add_message(Fields::kLocality, to_message(where));
      for (const Message& each : endpoints) one.add_message(Fields::kLbEndpoints, each);
      // Of one locality alone no weight matters.
      if (rule.weight || shares.localities > 1 || rules.weighted())
        one.add_uint_value(Fields::kLoadBalancingWeight, shares.weight(rule, endpoints.size()));
      // Envoy wants no gaps between priorities.
      const auto rank = std::distance(shares.priorities.begin(), shares.priorities.find(rule.priority));
      if (rank != 0) one.add_uint(Fields::kPriority, static_cast<uint64_t>(rank));
      out.add_message(endpoint::ClusterLoadAssignment::kEndpoints, one);
    }
    return out;
  }

 private:
  using Fields = envoy::config::endpoint::v3::LocalityLbEndpoints::Field;
  // How much of a rule's weight each of its localities has.
  struct Shares {
    std::map<const LocalityRules::Rule*, std::pair<uint64_t, uint64_t>> by_rule;  // localities, endpoints
    std::set<uint64_t> priorities;
    size_t localities = 0;
    uint64_t scale = 1;  // where a weight has to be divided

    [[nodiscard]] uint64_t weight(const LocalityRules::Rule& rule, uint64_t endpoints) const {
      if (!rule.weight) return endpoints * scale;
      return std::max<uint64_t>(1, *rule.weight * scale * endpoints / by_rule.at(&rule).second);
    }
  };
  [[nodiscard]] Shares shares_of(const LocalityRules& rules) const {
    Shares out;
    for (const auto& [where, endpoints] : groups_) {
      const auto& rule = rules.rule_for(where);
      if (rule.weight == 0U) continue;
      ++out.localities;
      out.priorities.insert(rule.priority);
      auto& [localities, all] = out.by_rule[&rule];
      all += endpoints.size();
      if (++localities > 1 && rule.weight) out.scale = 1000;
    }
    return out;
  }

  std::map<Locality, std::vector<Message>> groups_;
};

}  // namespace solder::sdk

#endif

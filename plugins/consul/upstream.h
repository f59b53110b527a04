// What an upstream of the type consul says, and which instances of a service are its own. Source: Gloo's consul.proto
// and its endpoint discovery for Consul. Tested by tests/unit/consul/instances_test.cc and plugins/consul/testdata.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "settings.h"
#include "solder/sdk/json.hpp"

namespace solder::plugins::consul {

// Upstream.spec.consul.
struct UpstreamSpec {
  std::string service;
  std::vector<std::string> subset_tags;  // subsetTags, or serviceTags where there are none
  std::set<std::string> with, without;   // tags that an instance must, and must not have
  std::vector<std::string> data_centers;
  bool connect = false;
  Consistency consistency = Consistency::kDefault;
  bool cached = false;

  UpstreamSpec(const sdk::Json& json, Consistency otherwise);
};

struct Instance {
  std::string id, address, data_center;
  uint64_t port = 0;
  std::set<std::string> tags;
  uint64_t weight = 1;
  std::string region, zone, sub_zone;

  bool operator==(const Instance&) const = default;
};

// What Consul's health endpoint says of a service; nothing: this is no such answer. `health`: whom requests may reach.
std::optional<std::vector<Instance>> read_instances(std::string_view body, Settings::Health health);

[[nodiscard]] bool is_of(const Instance& instance, const UpstreamSpec& spec);
// One item of `instances`, and back.
sdk::Json item_of(const Instance& instance);
Instance instance_of(const sdk::Json& item);

}  // namespace solder::plugins::consul

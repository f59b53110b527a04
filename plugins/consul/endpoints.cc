#include "endpoints.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "solder/envoy_fields.h"
#include "solder/sdk/checked.hpp"
#include "solder/sdk/localities.hpp"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::consul {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;

using sdk::Json;
using sdk::Message;

namespace {

constexpr const char* kTag = "tag_";
constexpr const char* kDataCenter = "dc_";
constexpr const char* kSubsets = "envoy.lb";

std::vector<std::string> keys_of(const char* prefix, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const auto& name : names) out.push_back(prefix + name);
  return out;
}

Message metadata_of(const Json& labels) {
  return Message().add_entry(core::Metadata::kFilterMetadata, kSubsets, sdk::to_struct(labels));
}

template <typename Has>
void add_labels(const char* prefix, const std::vector<std::string>& names, Has&& has, Json& out) {
  for (const auto& name : names) out[prefix + name] = has(name) ? "1" : "0";
}

Message endpoint_of(const Instance& instance, const UpstreamSpec& spec) {
  Message socket;
  socket.add_string(core::SocketAddress::kAddress, instance.address);
  socket.add_uint(core::SocketAddress::kPortValue, instance.port);
  Message one;
  one.add_message(endpoint::Endpoint::kAddress, Message().add_message(core::Address::kSocketAddress, socket));
  if (!sdk::is_ip_address(instance.address)) one.add_string(endpoint::Endpoint::kHostname, instance.address);
  Message out;
  out.add_message(endpoint::LbEndpoint::kEndpoint, one);
  Json labels = Json::object();
  add_labels(
      kTag, spec.subset_tags, [&](const auto& tag) { return instance.tags.count(tag) != 0; }, labels);
  add_labels(
      kDataCenter, spec.data_centers, [&](const auto& name) { return name == instance.data_center; }, labels);
  if (!labels.empty()) out.add_message(endpoint::LbEndpoint::kMetadata, metadata_of(labels));
  if (instance.weight != 1) {
    out.add_message(endpoint::LbEndpoint::kLoadBalancingWeight, Message().add_uint(1, instance.weight));
  }
  return out;
}

bool is_usable(const Instance& instance, size_t i, sdk::Out& out) {
  const std::string field = "/instances/" + std::to_string(i);
  const auto leave_out = [&](const char* member, const char* reason, const char* what, const std::string& found,
                             const char* right) {
    out.warning({field + member, reason, "the instance " + instance.id + what + " and is left out", found, right});
    return false;
  };
  if (!sdk::is_ip_address(instance.address) && !sdk::is_host_name(instance.address))
    return leave_out("/address", "InvalidAddress", " has no address", instance.address, "an address or a name");
  if (instance.port == 0 || instance.port > 65535)
    return leave_out("/port", "NoPort", " has no port", std::to_string(instance.port), "a service with a port");
  return true;
}

}  // namespace

Message subsets_of(const UpstreamSpec& spec) {
  using Config = cluster::Cluster::LbSubsetConfig::Field;
  namespace fallback = cluster::Cluster::LbSubsetConfig::LbSubsetFallbackPolicy;
  namespace selectors = cluster::Cluster::LbSubsetConfig::LbSubsetSelector;
  const std::vector<std::string> tags = keys_of(kTag, spec.subset_tags);
  const std::vector<std::string> data_centers = keys_of(kDataCenter, spec.data_centers);
  std::vector<std::string> all = data_centers;
  all.insert(all.end(), tags.begin(), tags.end());
  Message out;
  for (const auto* keys : {&data_centers, &tags, static_cast<const std::vector<std::string>*>(&all)}) {
    if (keys->empty() || (keys == &all && (tags.empty() || data_centers.empty()))) continue;
    Message selector;
    for (const auto& key : *keys) selector.add_string(selectors::kKeys, key);
    if (out.empty()) out.add_enum(Config::kFallbackPolicy, fallback::kANY_ENDPOINT);
    out.add_message(Config::kSubsetSelectors, selector);
  }
  return out;
}

bool has_names(const UpstreamSpec& spec, const Json& json) {
  const Json* list = sdk::find(json, "instances");
  return list != nullptr && std::any_of(list->begin(), list->end(), [&](const Json& item) {
           const Instance instance = instance_of(item);
           return is_of(instance, spec) && !sdk::is_ip_address(instance.address) && sdk::is_host_name(instance.address);
         });
}

void give_endpoints(const UpstreamSpec& spec, const Json& json, sdk::Out& out) {
  std::map<std::tuple<std::string, std::string, std::string>, Message> localities;
  const Json* list = sdk::find(json, "instances");
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const Instance instance = instance_of((*list)[i]);
    if (!is_of(instance, spec) || !is_usable(instance, i, out)) continue;
    Message& locality = localities[{instance.region, instance.zone, instance.sub_zone}];
    if (const Message where = sdk::to_message({instance.region, instance.zone, instance.sub_zone});
        locality.empty() && !where.empty())
      locality.add_message(endpoint::LocalityLbEndpoints::kLocality, where);
    locality.add_message(endpoint::LocalityLbEndpoints::kLbEndpoints, endpoint_of(instance, spec));
  }
  Message assignment;
  for (const auto& [where, locality] : localities)
    assignment.add_message(endpoint::ClusterLoadAssignment::kEndpoints, locality);
  out.fragment("load_assignment", assignment);
}

Message match_of(const Json& destination, const UpstreamSpec& spec) {
  const auto tags = sdk::get_strings(destination, "tags"), names = sdk::get_strings(destination, "dataCenters");
  const auto among = [](const std::vector<std::string>& all) {
    return [&all](const std::string& each) { return std::find(all.begin(), all.end(), each) != all.end(); };
  };
  Json labels = Json::object();
  if (!tags.empty()) add_labels(kTag, spec.subset_tags, among(tags), labels);
  if (!names.empty()) add_labels(kDataCenter, spec.data_centers, among(names), labels);
  return labels.empty() ? Message() : metadata_of(labels);
}

}  // namespace solder::plugins::consul

#include "upstream.h"

#include <algorithm>

namespace solder::plugins::consul {

using sdk::Json;

namespace {

constexpr uint64_t kMostWeight = 128U << 16;  // far below what Envoy can add up

const Json& part(const Json& json, const char* name) {
  static const Json kNone = Json::object();
  const Json* found = json.is_object() ? sdk::find(json, name) : nullptr;
  return found == nullptr || !found->is_object() ? kNone : *found;
}

std::set<std::string> set_of(const Json& json, const char* name) {
  const auto list = sdk::get_strings(json, name);
  return {list.begin(), list.end()};
}

// The worst of its checks, those of its node included.
Settings::Health health_of(const Json& entry) {
  auto worst = Settings::Health::kPassing;
  const Json* checks = sdk::find(entry, "Checks");
  if (checks == nullptr || !checks->is_array()) return worst;
  for (const Json& check : *checks) {
    if (!check.is_object()) continue;
    const std::string status = sdk::get_string(check, "Status");
    if (status == "warning") worst = std::max(worst, Settings::Health::kWarning);
    if (status != "warning" && status != "passing") worst = Settings::Health::kAny;
  }
  return worst;
}

// Where it is: what Consul knows as its locality, or what the operator wrote into the node's metadata.
void place(const Json& entry, Instance& out) {
  const Json& node = part(entry, "Node");
  for (const Json* locality : {&part(part(entry, "Service"), "Locality"), &part(node, "Locality")}) {
    if (out.region.empty()) {
      out.region = sdk::get_string(*locality, "Region");
      out.zone = sdk::get_string(*locality, "Zone");
    }
  }
  const Json& meta = part(node, "Meta");
  if (out.region.empty()) out.region = sdk::get_string(meta, "region");
  if (out.zone.empty()) out.zone = sdk::get_string(meta, "zone");
  out.sub_zone = sdk::get_string(meta, "sub_zone");
}

std::optional<Instance> read_instance(const Json& entry, Settings::Health most) {
  const Json& service = part(entry, "Service");
  const Json& node = part(entry, "Node");
  const auto health = health_of(entry);
  if (health > most) return std::nullopt;
  Instance out;
  out.data_center = sdk::get_string(node, "Datacenter");
  out.id = out.data_center + "/" + sdk::get_string(node, "Node") + "/" + sdk::get_string(service, "ID");
  out.address = sdk::get_string(service, "Address");
  if (out.address.empty()) out.address = sdk::get_string(node, "Address");
  out.port = sdk::get_uint(service, "Port").value_or(0);
  out.tags = set_of(service, "Tags");
  const char* weight = health == Settings::Health::kPassing ? "Passing" : "Warning";
  out.weight = sdk::get_uint(part(service, "Weights"), weight).value_or(1);
  place(entry, out);
  // A weight of 0 is Consul's word for: no requests.
  if (out.weight == 0 || out.address.empty()) return std::nullopt;
  out.weight = std::min(out.weight, kMostWeight);
  return out;
}

}  // namespace

UpstreamSpec::UpstreamSpec(const Json& json, Consistency otherwise)
    : service(sdk::get_string(json, "serviceName")),
      subset_tags(sdk::get_strings(json, "subsetTags")),
      with(set_of(json, "instanceTags")),
      without(set_of(json, "instanceBlacklistTags")),
      data_centers(sdk::get_strings(json, "dataCenters")),
      connect(sdk::get_bool(json, "connectEnabled").value_or(false)),
      consistency(otherwise),
      cached(sdk::get_bool(part(json, "queryOptions"), "useCache").value_or(false)) {
  if (subset_tags.empty()) subset_tags = sdk::get_strings(json, "serviceTags");
  std::sort(subset_tags.begin(), subset_tags.end());
  subset_tags.erase(std::unique(subset_tags.begin(), subset_tags.end()), subset_tags.end());
  std::sort(data_centers.begin(), data_centers.end());
  data_centers.erase(std::unique(data_centers.begin(), data_centers.end()), data_centers.end());
  if (const std::string mode = sdk::get_string(json, "consistencyMode"); !mode.empty())
    consistency = consistency_of(mode);
}

std::optional<std::vector<Instance>> read_instances(std::string_view body, Settings::Health health) {
  const Json list = sdk::parse_json(body);
  if (!list.is_array()) return std::nullopt;
  std::vector<Instance> out;
  for (const Json& entry : list) {
    if (!entry.is_object() || sdk::find(entry, "Service") == nullptr) return std::nullopt;
    if (auto instance = read_instance(entry, health)) out.push_back(std::move(*instance));
  }
  std::sort(out.begin(), out.end(), [](const Instance& a, const Instance& b) { return a.id < b.id; });
  return out;
}

bool is_of(const Instance& instance, const UpstreamSpec& spec) {
  const auto has = [&](const std::string& tag) { return instance.tags.count(tag) != 0; };
  return std::all_of(spec.with.begin(), spec.with.end(), has) &&
         std::none_of(spec.without.begin(), spec.without.end(), has);
}

Json item_of(const Instance& instance) {
  Json out = {{"id", instance.id}, {"address", instance.address}, {"port", instance.port}};
  if (!instance.tags.empty()) out["tags"] = std::vector<std::string>(instance.tags.begin(), instance.tags.end());
  if (instance.weight != 1) out["weight"] = instance.weight;
  for (const auto& [name, value] : {std::pair("dataCenter", &instance.data_center),
                                    {"region", &instance.region},
                                    {"zone", &instance.zone},
                                    {"subZone", &instance.sub_zone}}) {
    if (!value->empty()) out[name] = *value;
  }
  return out;
}

Instance instance_of(const Json& item) {
  Instance out;
  out.id = sdk::get_string(item, "id");
  out.address = sdk::get_string(item, "address");
  out.data_center = sdk::get_string(item, "dataCenter");
  out.port = sdk::get_uint(item, "port").value_or(0);
  out.tags = set_of(item, "tags");
  out.weight = sdk::get_uint(item, "weight").value_or(1);
  out.region = sdk::get_string(item, "region");
  out.zone = sdk::get_string(item, "zone");
  out.sub_zone = sdk::get_string(item, "subZone");
  return out;
}

}  // namespace solder::plugins::consul

#include "workloads.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace solder::plugins::istio {

namespace {

using Labels = std::map<std::string, std::string>;

constexpr const char* kPod = "Pod";
constexpr const char* kLocalityLabel = "istio-locality";  // "region.zone.subzone", as a label cannot have slashes

bool includes(const Labels& all, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
    const auto at = all.find(each.first);
    return at != all.end() && at->second == each.second;
  });
}

Labels labels_of(const Json& json) {
  Labels out;
  if (!json.is_object()) return out;
  for (const auto& [key, value] : json.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
  return out;
}

// A WorkloadEntry's spec, and an endpoint of a ServiceEntry, which is the same.
std::optional<Endpoint> read_endpoint(Fields& fields) {
  Endpoint out;
  out.address = fields.text("address");
  Fields ports = fields.object("ports");
  if (const Json* all = fields.raw("ports"); ports.present()) {
    for (const auto& [name, value] : all->items()) {
      if (const auto number = ports.number(name.c_str())) out.ports[name] = *number;
    }
  }
  for (const auto& [key, value] : fields.map("labels")) out.labels[key] = value;
  out.weight = fields.number("weight").value_or(0);
  out.locality = fields.text("locality");
  fields.pass({"network", "serviceAccount"});
  fields.rest();
  if (!out.address.empty() && !out.address.starts_with("unix:")) return out;
  fields.report().cannot(fields.at("address"), "an endpoint without an address of the network is left out", out.address,
                         "an IP address or a name");
  return std::nullopt;
}

bool is_ready(const Json& status) {
  for (const Json& each : part(status, "conditions")) {
    if (part(each, "type") == "Ready") return part(each, "status") == "True";
  }
  return true;  // nothing is said
}

std::optional<Endpoint> endpoint_of(const Json& pod) {
  const Json& status = part(pod, "status");
  if (part(status, "phase") != "Running" || !part(status, "podIP").is_string() || !is_ready(status))
    return std::nullopt;
  Endpoint out;
  out.address = part(status, "podIP").get<std::string>();
  out.labels = labels_of(part(part(pod, "metadata"), "labels"));
  if (const auto at = out.labels.find(kLocalityLabel); at != out.labels.end()) {
    out.locality = at->second;
    std::replace(out.locality.begin(), out.locality.end(), '.', '/');
  }
  return out;
}

class Selected {
 public:
  Selected(const std::string& ns, World& world, Labels wanted) : ns_(ns), world_(world), wanted_(std::move(wanted)) {}

  std::vector<Endpoint> run() {
    Report quiet(nullptr);  // each is told of itself
    for (const Json& object : world_.all(kWorkloadEntry, ns_)) {
      Fields spec(&part(object, "spec"), "/spec", quiet);
      auto one = read_endpoint(spec);
      // Labels of the object stand above those in its spec.
      if (one) {
        for (auto& [key, value] : labels_of(part(part(object, "metadata"), "labels"))) one->labels[key] = value;
      }
      take(std::move(one));
    }
    for (const Json& pod : world_.all(kPod, ns_)) take(endpoint_of(pod));
    return std::move(out_);
  }

 private:
  void take(std::optional<Endpoint> one) {
    if (one && includes(one->labels, wanted_)) out_.push_back(std::move(*one));
  }

  const std::string& ns_;
  World& world_;
  const Labels wanted_;
  std::vector<Endpoint> out_;
};

}  // namespace

std::vector<Endpoint> read_endpoints(Fields& spec, const std::string& ns, World& world) {
  std::vector<Endpoint> out;
  for (Fields& each : spec.objects("endpoints")) {
    if (auto one = read_endpoint(each)) out.push_back(std::move(*one));
  }
  Fields selector = spec.object("workloadSelector");
  if (!selector.present()) return out;
  Labels wanted;
  for (auto& [key, value] : selector.map("labels")) wanted[key] = value;
  selector.rest();
  if (spec.has("endpoints")) {
    spec.report().warning({spec.at("workloadSelector"), "NotInEffect",
                           "an entry lists its endpoints or selects them; those that it lists count", "",
                           "one of endpoints and workloadSelector"});
  } else if (wanted.empty()) {
    spec.report().warning(
        {selector.at("labels"), "MissingField", "a selector without labels selects nothing", "", "labels: {app: db}"});
  } else {
    out = Selected(ns, world, std::move(wanted)).run();
    if (out.empty())
      spec.report().warning({spec.at("workloadSelector"), "NoEffect",
                             "no WorkloadEntry and no Pod that is ready has these labels in the namespace " + ns, "",
                             "labels of some"});
  }
  return out;
}

void check_workload_entry(const sdk::SourceInput& in, sdk::Out& out) {
  Report report(&out);
  const Json object = sdk::parse_json(in.json);
  Fields spec(&part(object, "spec"), "/spec", report);
  read_endpoint(spec);
}

}  // namespace solder::plugins::istio

#include "service_entry.h"

#include <algorithm>

#include "localities.h"
#include "workloads.h"

namespace solder::plugins::istio {

namespace {

struct EntryPort {
  uint64_t number = 0, target = 0;
  std::string name, protocol;
};

bool one_of(const std::string& word, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* each) { return word == each; });
}

std::vector<EntryPort> read_ports(Fields& spec) {
  std::vector<EntryPort> out;
  for (Fields& each : spec.objects("ports")) {
    EntryPort port;
    port.number = each.number("number").value_or(0);
    port.target = each.number("targetPort").value_or(port.number);
    port.name = each.text("name");
    port.protocol = each.text("protocol");
    each.rest();
    if (port.number == 0 || port.number > 65535) {
      spec.report().warning({each.at("number"), "InvalidValue", "a port needs a number from 1 to 65535",
                             std::to_string(port.number), "443"});
    } else {
      out.push_back(port);
    }
  }
  return out;
}

class EntryReader {
 public:
  EntryReader(const sdk::SourceInput& in, const Options& options, sdk::Out& out)
      : ns_(in.ref.ns),
        options_(options),
        out_(out),
        world_(options, out),
        report_(&out),
        object_(sdk::parse_json(in.json)),
        spec_(&part(object_, "spec"), "/spec", report_) {}

  void run() {
    const auto hosts = spec_.texts("hosts");
    ports_ = read_ports(spec_);
    endpoints_ = read_endpoints(spec_, ns_, world_);
    resolution_ = spec_.text("resolution");
    alt_names_ = spec_.texts("subjectAltNames");
    spec_.pass({"addresses", "location", "exportTo"});
    spec_.rest();
    if (!is_exported(part(object_, "spec"), ns_, options_.write_namespace))
      return report_.info({spec_.at("exportTo"), "NotInEffect",
                           "the entry is not exported to the namespace of the proxies", "", options_.write_namespace});
    Derived derived;
    for (size_t i = 0; i < hosts.size(); ++i) host(hosts[i], spec_.at("hosts") + "/" + std::to_string(i), derived);
    derived.give(out_);
  }

 private:
  void host(const std::string& name, const std::string& field, Derived& to) {
    if (name.empty() || (endpoints_.empty() && spec_.has("workloadSelector"))) return;
    if (endpoints_.empty() && is_wildcard(name))
      return report_.cannot(field, "no address stands for a wildcard", name, "a whole host name, or endpoints");
    if (endpoints_.empty() && resolution_ == "STATIC")
      return report_.warning(
          {spec_.at("endpoints"), "MissingField", "an entry that is STATIC needs endpoints", "", "address"});
    if (!one_of(resolution_, {"STATIC", "DNS", "DNS_ROUND_ROBIN"})) {
      report_.cannot(spec_.at("resolution"),
                     "where a client wanted to go is not known at a gateway; names are resolved",
                     resolution_.empty() ? "NONE" : resolution_, "STATIC or DNS");
    }
    const Target target{name, "", ""};
    const RuleSet rules(world_.rules_for(target, ns_), quiet_);
    for (const EntryPort& port : ports_) {
      upstream(target, port, rules, nullptr, external_name(name, port.number, ""), to);
      for (const Subset& each : rules.subsets())
        upstream(target, port, rules, &each, external_name(name, port.number, each.name), to);
    }
  }

  void upstream(const Target& target, const EntryPort& port, const RuleSet& rules, const Subset* subset,
                const std::string& name, Derived& to) {
    Json hosts = Json::array();
    for (const Endpoint& each : endpoints_) {
      if (subset != nullptr &&
          !std::includes(each.labels.begin(), each.labels.end(), subset->labels.begin(), subset->labels.end()))
        continue;
      const auto own = each.ports.find(port.name);
      Json one = {{"addr", each.address}, {"port", own == each.ports.end() ? port.target : own->second}};
      if (each.weight > 0) one["loadBalancingWeight"] = each.weight;
      if (Json locality = locality_of(each.locality); !locality.empty()) one["locality"] = std::move(locality);
      hosts.push_back(std::move(one));
    }
    if (endpoints_.empty()) hosts.push_back({{"addr", target.host}, {"port", port.target}});
    if (hosts.empty()) return;  // routes to this subset say so
    // TLS is what a rule says, whatever the port.
    Json spec = {{"static", {{"hosts", hosts}, {"useTls", false}}}};
    if (one_of(port.protocol, {"GRPC", "GRPC-WEB", "HTTP2"})) spec["useHttp2"] = true;
    PolicyPlace place = rules.place(options_, target, port.number, subset);
    place.subject_alt_names = alt_names_;
    apply_policy(rules.policy(port.number, subset), place, spec, quiet_);
    to.add(object_of("Upstream", options_.write_namespace, name, std::move(spec)));
  }

  const std::string ns_;
  const Options& options_;
  sdk::Out& out_;
  World world_;
  Report report_, quiet_{nullptr};
  const Json object_;
  Fields spec_;
  std::vector<EntryPort> ports_;
  std::vector<Endpoint> endpoints_;
  std::string resolution_;
  std::vector<std::string> alt_names_;
};

}  // namespace

std::string external_name(const std::string& host, uint64_t port, const std::string& subset) {
  const std::string out = (subset.empty() ? "istio:" : "istio-subset:") + in_name(host) + "-" + std::to_string(port);
  return subset.empty() ? out : out + ":" + subset;
}

void derive_service_entry(const sdk::SourceInput& in, const Options& options, sdk::Out& out) {
  EntryReader(in, options, out).run();
}

}  // namespace solder::plugins::istio

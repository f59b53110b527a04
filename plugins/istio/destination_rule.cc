#include "destination_rule.h"

#include <algorithm>
#include <utility>

#include "solder/sdk/service_name.hpp"

namespace solder::plugins::istio {

void Derived::add(Json object) {
  const Json& metadata = object["metadata"];
  std::string key = object["kind"].get<std::string>() + "/" + metadata["namespace"].get<std::string>() + "/" +
                    metadata["name"].get<std::string>();
  objects_.insert_or_assign(std::move(key), std::move(object));
}

void Derived::give(sdk::Out& out) const {
  for (const auto& [key, object] : objects_) out.object(object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json object_of(const char* kind, const std::string& ns, const std::string& name, Json spec) {
  const bool gloo = std::string_view(kind) == "Upstream";
  return {{"apiVersion", gloo ? "gloo.solo.io/v1" : "gateway.solo.io/v1"},
          {"kind", kind},
          {"metadata", {{"name", name}, {"namespace", ns}, {"labels", {{"discovered_by", "istio"}}}}},
          {"spec", std::move(spec)}};
}

RuleSet::RuleSet(std::vector<Rule> rules, Report& report) : rules_(std::move(rules)) {
  for (const Rule& rule : rules_) {
    Fields spec(&rule.spec, "/spec", report);
    for (Fields& each : spec.objects("subsets")) {
      Subset one;
      one.name = each.text("name");
      for (auto& [key, value] : each.map("labels")) one.labels[key] = value;
      if (const Json* policy = each.raw("trafficPolicy"); policy != nullptr && policy->is_object())
        one.policy = *policy;
      one.path = each.path() + "/trafficPolicy";
      one.rule_ns = rule.ns;
      each.rest();
      if (one.name.empty()) {
        report.warning({each.at("name"), "MissingField", "a subset needs a name", "", "v1"});
      } else if (find(one.name) == nullptr) {
        subsets_.push_back(std::move(one));
      }
    }
  }
}

const Subset* RuleSet::find(const std::string& name) const {
  const auto at = std::find_if(subsets_.begin(), subsets_.end(), [&](const Subset& each) { return each.name == name; });
  return at == subsets_.end() ? nullptr : &*at;
}

// The policy of the first rule that has one; what others of the host say of it does not count.
TrafficPolicy RuleSet::policy(uint64_t port, const Subset* subset) const {
  TrafficPolicy out;
  for (const Rule& rule : rules_) {
    const Json& policy = part(rule.spec, "trafficPolicy");
    if (!policy.is_object()) continue;
    out.add(policy, "/spec/trafficPolicy", port);
    break;
  }
  if (subset != nullptr) out.add(subset->policy, subset->path, port);
  return out;
}

PolicyPlace RuleSet::place(const Options& options, const Target& target, uint64_t port, const Subset* subset) const {
  PolicyPlace out{options, target.host, "", port, rules_.empty() ? "" : rules_.front().ns, target.is_service(), {}};
  if (subset != nullptr) {
    out.subset = subset->name;
    out.rule_ns = subset->rule_ns;
  }
  return out;
}

std::string ServiceUpstreams::name(const char* prefix, const std::string& end) const {
  return prefix + sdk::discovered_upstream_name(target_.ns, target_.service, port_.number) + end;
}

Json ServiceUpstreams::spec(const Subset* subset) const {
  Json out = {
      {"kube", {{"serviceName", target_.service}, {"serviceNamespace", target_.ns}, {"servicePort", port_.number}}}};
  if (port_.speaks_http2()) out["useHttp2"] = true;
  apply_policy(rules_.policy(port_.number, subset), rules_.place(options_, target_, port_.number, subset), out,
               report_);
  return out;
}

void ServiceUpstreams::derive_one(const std::string& name, Json spec, Derived& to) const {
  to.add(object_of("Upstream", target_.ns, name, std::move(spec)));
}

// Hosts by the labels of those subsets that have the policy of all. A subset without hosts has none to fall back to.
Json ServiceUpstreams::all_subsets() const {
  std::set<std::vector<std::string>> keys;
  for (const Subset& each : rules_.subsets()) {
    if (!each.policy.is_null() || each.labels.empty()) continue;
    std::vector<std::string> one;
    for (const auto& [key, value] : each.labels) one.push_back(key);
    keys.insert(std::move(one));
  }
  if (keys.empty()) return nullptr;
  Json selectors = Json::array();
  for (const auto& each : keys) selectors.push_back({{"keys", each}});
  return {{"selectors", selectors}, {"fallbackPolicy", "NO_FALLBACK"}};
}

void ServiceUpstreams::derive(Derived& to) const {
  derive_one(name("istio:", ""), spec(nullptr), to);
  for (const Subset& each : rules_.subsets()) way(each.name, false, to);
}

std::optional<Way> ServiceUpstreams::way(const std::string& subset, bool mirror, Derived& to) const {
  Way out;
  const auto lead = [&](const std::string& upstream, Json its_spec) {
    out.upstream = {{"name", upstream}, {"namespace", target_.ns}};
    out.destination = {{"upstream", out.upstream}};
    derive_one(upstream, std::move(its_spec), to);
  };
  if (subset.empty() && rules_.empty()) {
    out.upstream = {{"name", sdk::service_upstream_name(target_.ns, target_.service, port_.number)},
                    {"namespace", target_.ns}};
    out.destination = {
        {"kube", {{"ref", {{"name", target_.service}, {"namespace", target_.ns}}}, {"port", port_.number}}}};
    return out;
  }
  const Subset* chosen = subset.empty() ? nullptr : rules_.find(subset);
  if (!subset.empty() && chosen == nullptr) return std::nullopt;
  out.hash = hash_policies(rules_.policy(port_.number, chosen));
  if (chosen == nullptr || (chosen->labels.empty() && chosen->policy.is_null())) {
    lead(name("istio:", ""), spec(nullptr));
  } else if (mirror || !chosen->policy.is_null()) {
    Json own = spec(chosen);
    own["kube"]["selector"] = chosen->labels;
    lead(name("istio-subset:", ":" + subset), std::move(own));
  } else {
    Json shared = spec(nullptr);
    shared["kube"]["subsetSpec"] = all_subsets();
    lead(name("istio-subsets:", ""), std::move(shared));
    out.destination["subset"] = {{"values", chosen->labels}};
  }
  return out;
}

namespace {

bool counts(const std::vector<Rule>& rules, const std::string& ns, const std::string& name) {
  return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.ns == ns && rule.name == name; });
}

class RuleReader {
 public:
  RuleReader(const sdk::SourceInput& in, const Options& options, sdk::Out& out)
      : ns_(in.ref.ns),
        name_(in.ref.name),
        options_(options),
        out_(out),
        world_(options, out),
        report_(&out),
        object_(sdk::parse_json(in.json)) {}

  void run() {
    Fields spec(&part(object_, "spec"), "/spec", report_);
    const std::string host = spec.text("host");
    spec.pass({"exportTo"});
    if (spec.has("workloadSelector"))
      return report_.cannot(spec.at("workloadSelector"), "a rule for some clients alone does not count for a gateway");
    if (host.empty())
      return report_.warning({spec.at("host"), "MissingField", "a rule needs the host that it is for", "", "reviews"});
    spec.pass({"trafficPolicy"});
    spec.raw("subsets");
    spec.rest();
    const Target target = world_.target(host, ns_);
    check(target);
    if (!is_exported(part(object_, "spec"), ns_, options_.write_namespace))
      return report_.info({spec.at("exportTo"), "NotInEffect",
                           "the rule is not exported to the namespace of the proxies", "", options_.write_namespace});
    const auto rules = world_.rules_for(target, ns_);
    if (!is_wildcard(host) && !counts(rules, ns_, name_)) return superseded(target, rules);
    if (target.is_service()) derive(target, rules);
  }

 private:
  void check(const Target& target) {
    const RuleSet own({Rule{ns_, name_, part(object_, "spec")}}, report_);
    check_policy(part(part(object_, "spec"), "trafficPolicy"), "/spec/trafficPolicy",
                 own.place(options_, target, 0, nullptr), report_);
    for (const Subset& each : own.subsets())
      check_policy(each.policy, each.path, own.place(options_, target, 0, &each), report_);
  }

  void superseded(const Target& target, const std::vector<Rule>& rules) {
    if (rules.empty()) {
      report_.warning({"/metadata/namespace", "NotInEffect",
                       "rules for " + target.host + " are read from the namespaces " + options_.write_namespace + ", " +
                           (target.is_service() ? target.ns : ns_) + " and " + options_.root_namespace,
                       ns_, "one of them"});
    } else {
      report_.warning(
          {"/spec/host", "NotInEffect",
           "DestinationRule " + rules.front().ns + "/" + rules.front().name + " is nearer to " + target.host, "",
           "one rule for a host"});
    }
  }

  void derive(const Target& target, const std::vector<Rule>& rules) {
    const auto ports = world_.service_ports(target.ns, target.service);
    if (!ports && world_.entry(target.host, ns_)) return;  // whose Upstreams have the policy
    if (!ports)
      return report_.info(
          {"/spec/host", "ServiceNotFound",
           "the Service " + target.ns + "/" + target.service + " is not there; nothing follows from the rule yet",
           target.host, "a Service in some store"});
    Report quiet(nullptr);
    const RuleSet set(rules, quiet);
    Derived derived;
    for (const ServicePort& port : *ports) ServiceUpstreams(options_, target, port, set, quiet).derive(derived);
    derived.give(out_);
  }

  const std::string ns_, name_;
  const Options& options_;
  sdk::Out& out_;
  World world_;
  Report report_;
  const Json object_;
};

}  // namespace

void derive_destination_rule(const sdk::SourceInput& in, const Options& options, sdk::Out& out) {
  RuleReader(in, options, out).run();
}

}  // namespace solder::plugins::istio

// Destination rules: the Upstreams that take the place of a Service's own where a rule counts for it, and what routes
// to them need. A Service's port has one for requests that name no subset, one whose hosts are chosen by the labels of
// subsets, and one for each subset that has a policy of its own. Source: Istio's reference of DestinationRule.
// Tested by plugins/istio/testdata/destination_rule.json and tests/e2e/istio_test.py.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "traffic_policy.h"
#include "world.h"

namespace solder::plugins::istio {

// Objects that follow from the one at hand, by kind, namespace and name, each once.
class Derived {
 public:
  void add(Json object);
  void give(sdk::Out& out) const;

 private:
  std::map<std::string, Json> objects_;
};

// An object of ours: kind "Upstream", labelled as one that was found.
Json object_of(const char* kind, const std::string& ns, const std::string& name, Json spec);

struct Subset {
  std::string name;
  std::map<std::string, std::string> labels;
  Json policy;       // or null
  std::string path;  // in its rule
  std::string rule_ns;
};

// The rules that count for one host, read as one.
class RuleSet {
 public:
  RuleSet(std::vector<Rule> rules, Report& report);

  [[nodiscard]] bool empty() const { return rules_.empty(); }
  [[nodiscard]] const std::vector<Subset>& subsets() const { return subsets_; }
  [[nodiscard]] const Subset* find(const std::string& name) const;
  [[nodiscard]] TrafficPolicy policy(uint64_t port, const Subset* subset) const;
  [[nodiscard]] PolicyPlace place(const Options& options, const Target& target, uint64_t port,
                                  const Subset* subset) const;

 private:
  std::vector<Rule> rules_;
  std::vector<Subset> subsets_;
};

// How a route leads to a Service's port: a destination, the Upstream behind it, and what it hashes by.
struct Way {
  Json destination;  // {"kube": ...} or {"upstream": ..., "subset": ...}
  Json upstream;     // {"name", "namespace"}, of an Upstream that has the hosts of the subset alone
  Json hash = Json::array();
};

// The Upstreams of one port of a Service, named after it.
class ServiceUpstreams {
 public:
  ServiceUpstreams(const Options& options, const Target& target, const ServicePort& port, const RuleSet& rules,
                   Report& report)
      : options_(options), target_(target), port_(port), rules_(rules), report_(report) {}

  // All that the rules make.
  void derive(Derived& to) const;
  // The way there. `subset` empty: to all hosts; nothing where there is no such subset. `mirror`: `upstream` is used.
  std::optional<Way> way(const std::string& subset, bool mirror, Derived& to) const;

 private:
  [[nodiscard]] std::string name(const char* prefix, const std::string& end) const;
  [[nodiscard]] Json spec(const Subset* subset) const;
  void derive_one(const std::string& name, Json spec, Derived& to) const;
  [[nodiscard]] Json all_subsets() const;

  const Options& options_;
  const Target& target_;
  const ServicePort& port_;
  const RuleSet& rules_;
  Report& report_;
};

// A DestinationRule itself: its Upstreams, and what it says that cannot be said here.
void derive_destination_rule(const sdk::SourceInput& in, const Options& options, sdk::Out& out);

}  // namespace solder::plugins::istio

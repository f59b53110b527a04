// A traffic policy of Istio's as options of an Upstream: load balancing, connection pool, outlier detection, TLS.
// Source: Istio's reference of DestinationRule.TrafficPolicy, and the clusters that Istio makes of it.
// Tested by plugins/istio/testdata/destination_rule.json.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fields.h"
#include "settings.h"

namespace solder::plugins::istio {

// The parts that count for one port and subset, each with its place: what the rule says, what it says of the port, what
// the subset says, what that says of the port.
class TrafficPolicy {
 public:
  // `policy` may be null. `path`: its place in the rule.
  void add(const Json& policy, const std::string& path, uint64_t port);

  [[nodiscard]] Fields member(const char* name, Report& report) const;

 private:
  struct Part {
    const Json* value;
    std::string path;
  };
  std::map<std::string, Part> parts_;
};

// Where the policy holds.
struct PolicyPlace {
  const Options& options;
  std::string host;    // whole
  std::string subset;  // empty: none
  uint64_t port = 0;
  std::string rule_ns;
  bool is_service = false;
  std::vector<std::string> subject_alt_names;  // that the server may have, where the rule names none
};

// Adds the options to an Upstream's spec.
void apply_policy(const TrafficPolicy& policy, const PolicyPlace& place, Json& spec, Report& report);

// What a policy with consistent hashing asks of routes: lbHash.hashPolicies.
Json hash_policies(const TrafficPolicy& policy);

// Reads a whole policy for what it cannot say here, port by port.
void check_policy(const Json& policy, const std::string& path, const PolicyPlace& place, Report& report);

}  // namespace solder::plugins::istio

// The endpoints of a ServiceEntry: those that it lists, or the WorkloadEntries and running Pods of its namespace that
// it selects by labels. Source: Istio's reference of ServiceEntry and WorkloadEntry. Tested by
// plugins/istio/testdata/workloads.json and tests/e2e/istio_workloads_test.py.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "world.h"

namespace solder::plugins::istio {

struct Endpoint {
  std::string address;
  std::map<std::string, uint64_t> ports;  // by the name of the entry's port
  std::map<std::string, std::string> labels;
  uint64_t weight = 0;
  std::string locality;  // "region/zone/subzone"
};

// `endpoints` and `workloadSelector` of the ServiceEntry, whose namespace is `ns`.
std::vector<Endpoint> read_endpoints(Fields& spec, const std::string& ns, World& world);

// A WorkloadEntry itself: nothing follows from it, but who wrote it wants to know what is wrong in it.
void check_workload_entry(const sdk::SourceInput& in, sdk::Out& out);

}  // namespace solder::plugins::istio

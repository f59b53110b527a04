// Step 1, the endpoints of an EDS cluster: apart from the cluster where the upstream's type gives them in an operation
// of its own, so that an endpoint which comes or goes runs nothing else. Tested by
// tests/unit/engine/plugin_kinds_test.cc.
#include "core/base/hash.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"
#include "solder/kinds/upstream_type.h"

namespace solder::engine {

namespace {

host::ItemOutput call_type(Translation& t, Reader& reader, const model::ObjectRef& ref, const ClusterResult& cluster) {
  host::Plugin* owner = owner_of(t, reader, kUpstreamTypeScope, cluster.type);
  if (owner == nullptr) return {};
  const std::string path = "/spec/" + cluster.type;
  const solder_upstream_input input{sizeof(solder_upstream_input),
                                    0,
                                    view(ref),
                                    view(cluster.type),
                                    view(path),
                                    view(cluster.type_json),
                                    view(cluster.spec_json),
                                    view(cluster.name)};
  const host::Subject subject{ref, path};
  auto outputs = call_plugin(t, reader, *owner, host::Operation::kEndpoints, {&input, 1, sizeof(input)}, {&subject, 1});
  return std::move(outputs.front());
}

}  // namespace

std::shared_ptr<const EndpointsResult> build_endpoints(Translation& t, Reader& reader,
                                                       const model::ObjectRef& upstream) {
  auto result = std::make_shared<EndpointsResult>();
  const auto cluster = t.clusters.read(reader, upstream);
  if (!cluster->cluster || !cluster->endpoints_apart) return result;
  host::ItemOutput output = call_type(t, reader, upstream, *cluster);
  result->diagnostics = std::move(output.diagnostics);
  Slots slots(t, result->diagnostics, nullptr);
  slots.add(output.fragments);
  std::string bytes = slots.merged("load_assignment", kClusterLoadAssignment, cluster->assignment, "load_assignment");
  if (const auto status = t.types.check(*t.types.find(kClusterLoadAssignment), bytes); !status.ok()) {
    result->diagnostics.push_back({.reason = "InvalidEndpoints",
                                   .object = upstream,
                                   .field = "/spec/" + cluster->type,
                                   .message = "Envoy would refuse the endpoints: " + status.message()});
  }
  result->failed = has_error(result->diagnostics);
  if (!result->failed) result->resource = xds::make_resource(cluster->name, base::Bytes(std::move(bytes)));
  // As with a cluster that does not translate: the Upstream itself stays.
  for (auto& problem : result->diagnostics) {
    if (problem.severity == model::Severity::kError) problem.severity = model::Severity::kWarning;
  }
  result->hash = base::hash_combine(result->resource ? result->resource->hash : 1, result->failed ? 1 : 0);
  return result;
}

}  // namespace solder::engine

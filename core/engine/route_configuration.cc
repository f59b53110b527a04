// The RouteConfiguration of a gateway's part from the plan: the virtual hosts' bytes put together, not copied. In
// runs of some hosts.
#include <algorithm>
#include <protozero/pbf_writer.hpp>

#include "core/base/bytes.h"
#include "core/base/hash.h"
#include "core/engine/host_run.h"
#include "core/engine/route_configuration.h"
#include "core/engine/route_layout.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;

namespace {

constexpr size_t kCopiedBytes = 64 << 10;  // runs up to this size become one piece: fewer to hand on

}  // namespace

std::string message_frame(uint32_t tag, size_t size) {
  std::string out;
  protozero::add_varint_to_buffer(&out, (static_cast<uint64_t>(tag) << 3) | 2);
  protozero::add_varint_to_buffer(&out, size);
  return out;
}

std::string route_configuration_head(const HostSettings& settings, const std::string& name) {
  std::string out;
  protozero::pbf_writer writer(out);
  writer.add_string(route::RouteConfiguration::kName, name);
  if (settings.max_direct_response_bytes) {
    protozero::pbf_writer limit(writer, route::RouteConfiguration::kMaxDirectResponseBodySizeBytes);
    limit.add_uint32(1, *settings.max_direct_response_bytes);
  }
  if (settings.most_specific_header_mutations_wins) {
    writer.add_bool(route::RouteConfiguration::kMostSpecificHeaderMutationsWins, true);
  }
  return out;
}

std::shared_ptr<const HostRunResult> build_host_run(Translation& t, Reader& reader, const PlannedRunPtr& planned) {
  auto result = std::make_shared<HostRunResult>();
  result->run = planned;
  base::Bytes hosts;
  for (const PlannedHost& host : *planned->hosts) {
    const auto& service = read_host(t, reader, *planned->settings, host);
    std::string own = service->host;
    protozero::pbf_writer writer(own);
    bool exact = false;
    for (const auto& domain : host.domains) {
      writer.add_string(route::VirtualHost::kDomains, domain);
      exact = exact || is_exact(domain);
    }
    if (exact) {
      ++result->exact_hosts;
      result->exact_routes += service->route_count;
    }
    result->chosen_first = result->chosen_first || service->chosen_first;
    const size_t size = own.size() + service->routes.size();
    // Of the parts' hashes, not of their bytes: those were hashed when they were made.
    const uint64_t hash = base::hash_combine(base::hash_bytes(own), service->routes_hash);
    result->hash = base::hash_combine(result->hash, hash);
    result->sequence.add(hash);
    hosts.append(message_frame(route::RouteConfiguration::kVirtualHosts, size) + own);
    hosts.append(service->routes);
  }
  if (hosts.size() <= kCopiedBytes) hosts = base::Bytes(hosts.flatten());
  result->hosts = std::make_shared<const base::Bytes>(std::move(hosts));
  return result;
}

std::shared_ptr<const ResourceResult> build_route_configuration(Translation& t, Reader& reader,
                                                                const GatewayPartKey& key) {
  auto result = std::make_shared<ResourceResult>();
  const auto plan = t.plans.read(reader, key.gateway);
  if (!plan->serving || key.part >= plan->parts.size()) return result;
  const PlannedPart& part = plan->parts[key.part];
  if (part.runs.empty()) return result;
  std::string own = route_configuration_head(*part.runs.front()->settings, part.route_configuration);
  const uint64_t head = base::hash_bytes(own);
  base::SequenceHash hosts;
  base::Bytes bytes;
  bytes.append(std::move(own));
  for (const auto& planned : part.runs) {
    const auto& run = read_host_run(t, reader, key, planned);
    hosts.append(run->sequence);
    bytes.append(run->hosts);
  }
  result->resource =
      xds::make_resource(part.route_configuration, std::move(bytes), base::hash_combine(head, hosts.value()));
  result->hash = result->resource->hash;
  return result;
}

}  // namespace solder::engine

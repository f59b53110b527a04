#include "core/engine/tcp_filter_chains.h"

#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/engine/http_filters.h"
#include "core/engine/route_action.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace listener = solder::envoy::config::listener::v3;
namespace tcp_proxy = solder::envoy::extensions::filters::network::tcp_proxy::v3;

namespace {

constexpr std::string_view kTcpProxyName = "envoy.filters.network.tcp_proxy";
constexpr std::string_view kSniClusterName = "envoy.filters.network.sni_cluster";
constexpr std::string_view kSniClusterType = "envoy.extensions.filters.network.sni_cluster.v3.SniCluster";

class TcpChains {
 public:
  TcpChains(const PartContext& context, ChainList& list)
      : context_(context), list_(list), object_(context.part.part.object) {}

  void build() {
    const std::string filters = network_filters(context_);
    for (const model::TcpHost& host : context_.part.part.tcp.hosts) add_host(host, filters);
  }

 private:
  void add_host(const model::TcpHost& host, std::string filters) {
    auto base = destination(host);
    if (!base) return;
    auto part = chain_part(host);
    if (!part) return;
    const auto& ranges = context_.part.part.matcher.ranges;
    const size_t index = list_.chains().size();
    if (const ListenerChain* rival = list_.rival(part->server_names, ranges, index)) {
      return report_rival(host, *rival);
    }
    if (host.forward_sni) {
      append_filter(filters, listener::FilterChain::kFilters, kSniClusterName, kSniClusterType, "");
      context_.result.needs_server_names = true;
    }
    append_filter(filters, listener::FilterChain::kFilters, kTcpProxyName, kTcpProxy,
                  context_.slots.merged("tcp_proxy", kTcpProxy, *base, "tcp_proxy"));
    list_.claim(part->server_names, ranges, index);
    auto& secrets = context_.result.secrets;
    secrets.insert(secrets.end(), part->secrets.begin(), part->secrets.end());
    list_.chains().push_back({std::move(*part), ranges, std::move(filters), "", object_});
  }

  // TcpProxy with where the bytes go, or nothing where that is not known.
  std::optional<std::string> destination(const model::TcpHost& host) {
    std::string base;
    protozero::pbf_writer writer(base);
    writer.add_string(tcp_proxy::TcpProxy::kStatPrefix, "tcp");
    if (host.forward_sni) {
      writer.add_string(tcp_proxy::TcpProxy::kCluster, "");
      return base;
    }
    const auto destinations = destinations_of(host);
    if (!destinations) return std::nullopt;
    if (!host.multi && !host.upstream_group) {
      writer.add_string(tcp_proxy::TcpProxy::kCluster, cluster_of(destinations->front()));
      return base;
    }
    uint64_t total = 0;
    protozero::pbf_writer clusters(writer, tcp_proxy::TcpProxy::kWeightedClusters);
    for (const auto& weighted : *destinations) {
      total += weighted.weight;
      if (weighted.weight == 0) continue;  // Envoy wants at least 1 of each
      protozero::pbf_writer out(clusters, tcp_proxy::TcpProxy::WeightedCluster::kClusters);
      out.add_string(tcp_proxy::TcpProxy::WeightedCluster::ClusterWeight::kName, cluster_of(weighted));
      out.add_uint32(tcp_proxy::TcpProxy::WeightedCluster::ClusterWeight::kWeight, weighted.weight);
    }
    clusters.commit();
    if (total > 0) return base;
    report(host.path + "/destination", model::Severity::kError, "InvalidWeights",
           "the weights of a TCP host must sum to at least 1", "0");
    return std::nullopt;
  }

  const std::string& cluster_of(const model::WeightedDestination& weighted) {
    return context_.t.destinations.read(context_.reader, upstream_of(weighted.destination))->cluster_name;
  }

  // Those of the host or its group, all of them there.
  std::optional<std::vector<model::WeightedDestination>> destinations_of(const model::TcpHost& host) {
    std::vector<model::WeightedDestination> destinations = host.destinations;
    const std::string field = host.path + "/destination";
    if (host.upstream_group) {
      const auto& group = context_.t.upstream_groups.read(context_.reader, *host.upstream_group);
      if (!group->serving) {
        const std::string name = host.upstream_group->ns + "/" + host.upstream_group->name;
        report(field + "/upstreamGroup", model::Severity::kWarning, "UpstreamGroupNotFound",
               "UpstreamGroup " + name + " is not there; the host is left out until it comes", name);
        return std::nullopt;
      }
      destinations = group->destinations;
    }
    if (destinations.empty()) {
      report(field, model::Severity::kError, "MissingField", "a TCP host must say where connections go", "",
             "single, multi, upstreamGroup or forwardSniClusterName");
      return std::nullopt;
    }
    for (const auto& weighted : destinations) {
      const model::ObjectRef upstream = upstream_of(weighted.destination);
      if (context_.t.destinations.read(context_.reader, upstream)->present) continue;
      report(weighted.path, model::Severity::kWarning, "UpstreamNotFound",
             "Upstream " + upstream.ns + "/" + upstream.name + " is not there; the host is left out until it comes",
             upstream.ns + "/" + upstream.name);
      return std::nullopt;
    }
    return destinations;
  }

  // Without sslConfig the bytes pass as they are. A hybrid gateway's matcher gives server names alone: TLS goes
  // through.
  std::optional<ChainPart> chain_part(const model::TcpHost& host) {
    ChainPart part;
    if (!host.tls.values.empty()) {
      model::Diagnostics problems;
      part = build_filter_chain(context_.t, context_.reader, object_, host.tls, problems, context_.provenance);
      const bool bad = has_error(problems);
      std::move(problems.begin(), problems.end(), std::back_inserter(context_.faults));
      if (bad) return std::nullopt;
    }
    if (!part.server_names.empty()) return part;
    for (const auto& option : context_.part.part.matcher.tls.values) {
      const auto value = nlohmann::json::parse(option.json);
      part.server_names = value.value("sniDomains", std::vector<std::string>());
    }
    return part;
  }

  void report_rival(const model::TcpHost& host, const ListenerChain& rival) {
    context_.faults.push_back({.reason = "ServerNameConflict",
                               .object = object_,
                               .field = host.path,
                               .message = "connections to this host cannot be told from those to another one that " +
                                          to_string(rival.object) + " has; they stay with that one",
                               .found = host.name,
                               .expected = "sniDomains of its own in sslConfig",
                               .related = rival.object});
  }

  void report(const std::string& field, model::Severity severity, const char* reason, std::string message,
              std::string found, std::string expected = "") {
    context_.faults.push_back({.severity = severity,
                               .reason = reason,
                               .object = object_,
                               .field = field,
                               .message = std::move(message),
                               .found = std::move(found),
                               .expected = std::move(expected)});
  }

  const PartContext& context_;
  ChainList& list_;
  const model::ObjectRef& object_;
};

}  // namespace

void add_tcp_chains(const PartContext& context, ChainList& list) { TcpChains(context, list).build(); }

}  // namespace solder::engine

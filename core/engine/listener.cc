// Step 4: a gateway's listener. One filter chain without TLS; with TLS one for each distinct sslConfig, its SNI domains
// together. All chains share the connection manager and the route configuration.
// Source: Gloo's listener translation (names, defaults); Envoy listener.proto.
#include <algorithm>
#include <protozero/pbf_writer.hpp>
#include <set>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/http_filters.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace listener = solder::envoy::config::listener::v3;
namespace core = solder::envoy::config::core::v3;
namespace hcm = solder::envoy::extensions::filters::network::http_connection_manager::v3;

namespace {

constexpr std::string_view kConnectionManagerName = "envoy.filters.network.http_connection_manager";
constexpr std::string_view kTlsInspectorType = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";
constexpr std::string_view kProxyProtocolType = "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol";

// Filter chains that differ in nothing but their server names.
struct ChainGroup {
  ChainPart part;
  model::ObjectRef first;
};

std::string connection_manager_base(const std::string& route_configuration) {
  std::string base;
  protozero::pbf_writer writer(base);
  writer.add_string(hcm::HttpConnectionManager::kStatPrefix, "http");
  {
    protozero::pbf_writer rds(writer, hcm::HttpConnectionManager::kRds);
    {
      protozero::pbf_writer source(rds, hcm::Rds::kConfigSource);
      source.add_message(core::ConfigSource::kAds, std::string());
      source.add_enum(core::ConfigSource::kResourceApiVersion, core::ApiVersion::kV3);
    }
    rds.add_string(hcm::Rds::kRouteConfigName, route_configuration);
  }
  {
    protozero::pbf_writer websocket(writer, hcm::HttpConnectionManager::kUpgradeConfigs);
    websocket.add_string(hcm::HttpConnectionManager::UpgradeConfig::kUpgradeType, "websocket");
  }
  protozero::pbf_writer normalize(writer, hcm::HttpConnectionManager::kNormalizePath);
  normalize.add_bool(1, true);
  return base;
}

std::string connection_manager_filter(const std::string& config) {
  std::string filter;
  protozero::pbf_writer writer(filter);
  writer.add_string(listener::Filter::kName, std::string(kConnectionManagerName));
  writer.add_message(listener::Filter::kTypedConfig, pack_any(kHttpConnectionManager, config));
  return filter;
}

void append_listener_filter(protozero::pbf_writer& writer, const std::string& name, std::string_view type) {
  protozero::pbf_writer filter(writer, listener::Listener::kListenerFilters);
  filter.add_string(listener::ListenerFilter::kName, name);
  filter.add_message(listener::ListenerFilter::kTypedConfig, pack_any(type, ""));
}

std::string listener_base(const GatewayPlan& plan) {
  std::string base;
  protozero::pbf_writer writer(base);
  writer.add_string(listener::Listener::kName, plan.listener_name);
  protozero::pbf_writer address(writer, listener::Listener::kAddress);
  protozero::pbf_writer socket(address, core::Address::kSocketAddress);
  socket.add_string(core::SocketAddress::kAddress, plan.gateway.bind_address);
  socket.add_uint32(core::SocketAddress::kPortValue, plan.gateway.bind_port);
  if (plan.gateway.bind_address == "::") socket.add_bool(core::SocketAddress::kIpv4Compat, true);
  return base;
}

class ListenerBuilder {
 public:
  ListenerBuilder(Translation& t, Reader& reader, const GatewayPlan& plan, ListenerResult& result,
                  ProvenanceList* provenance)
      : t_(t),
        reader_(reader),
        plan_(plan),
        result_(result),
        provenance_(provenance),
        slots_(t, result.diagnostics, provenance) {}

  void build() {
    call_options();
    const std::vector<ChainGroup> groups = plan_.gateway.ssl ? chain_groups() : std::vector<ChainGroup>{};
    if (plan_.gateway.ssl && groups.empty()) return;
    add_host_resources();
    const std::string filter = connection_manager_filter(connection_manager());
    std::string base = listener_base(plan_);
    for (const ChainGroup& group : groups) base += group.part.listener;
    std::string bytes = slots_.merged("listener", kListener, base, "");
    protozero::pbf_writer writer(bytes);
    if (plan_.gateway.use_proxy_proto) {
      append_listener_filter(writer, "envoy.filters.listener.proxy_protocol", kProxyProtocolType);
    }
    if (plan_.gateway.ssl) append_listener_filter(writer, "envoy.filters.listener.tls_inspector", kTlsInspectorType);
    if (groups.empty()) {
      protozero::pbf_writer chain(writer, listener::Listener::kFilterChains);
      chain.add_message(listener::FilterChain::kFilters, filter);
    }
    for (const ChainGroup& group : groups) append_chain(writer, group.part, filter);
    finish(std::move(bytes));
  }

 private:
  void call_options() {
    OptionCalls calls(t_, reader_, plan_.gateway.ref);
    calls.add(kGatewayScope, plan_.gateway.options, 0, 0);
    calls.add(kHttpGatewayScope, plan_.gateway.http.options, 0, 0);
    calls.run([&](size_t, host::ItemOutput output) {
      slots_.add(output.fragments);
      std::move(output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(result_.diagnostics));
      std::move(output.secret_uses.begin(), output.secret_uses.end(), std::back_inserter(result_.secrets));
    });
    result_.resources = slots_.resources();
  }

  // What the virtual services' plugins asked for beside routes: extension configurations, clusters.
  void add_host_resources() {
    for (const PlannedHost& host : plan_.hosts) {
      const auto& service = t_.chains.read(reader_, host.virtual_service);
      result_.resources.insert(result_.resources.end(), service->resources.begin(), service->resources.end());
    }
  }

  std::string connection_manager() {
    std::vector<FilterNeed> needs = slots_.filters("http_filter/");
    for (const PlannedHost& host : plan_.hosts) {
      const auto& wanted = t_.filters.read(reader_, host.virtual_service)->filters;
      needs.insert(needs.end(), wanted.begin(), wanted.end());
    }
    std::string config =
        slots_.merged("hcm", kHttpConnectionManager, connection_manager_base(plan_.listener_name + "-routes"), "hcm");
    config += http_filter_list(t_, needs, hcm::HttpConnectionManager::kHttpFilters, kRouter, "hcm", result_.diagnostics,
                               provenance_);
    return config;
  }

  // Chains of equal content become one; a server name that two different ones claim stays with the first, since Envoy
  // refuses a listener with two chains that match alike.
  std::vector<ChainGroup> chain_groups() {
    std::vector<ChainGroup> groups;
    std::map<std::string, model::ObjectRef> taken;  // server name → who has it; "" for a chain without names
    for (const PlannedHost& host : plan_.hosts) {
      const auto& service = t_.chains.read(reader_, host.virtual_service);
      if (!service->chain) continue;
      const ChainPart& part = *service->chain;
      auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.part.hash == part.hash; });
      std::vector<std::string> names = part.server_names;
      if (names.empty()) names.push_back("");
      // A chain without server names takes every name; joined with one that has names it still does.
      const bool joins = group != groups.end() && group->part.server_names.empty() == part.server_names.empty();
      const model::ObjectRef* rival = nullptr;
      for (const auto& name : names) {
        const auto at = taken.find(name);
        if (at != taken.end() && !(joins && at->second == group->first)) rival = &at->second;
      }
      if (rival != nullptr) {
        refuse(host.virtual_service, *rival, names);
        continue;
      }
      if (joins) {
        add_names(*group, part.server_names);
      } else {
        groups.push_back({part, host.virtual_service});
        result_.secrets.insert(result_.secrets.end(), part.secrets.begin(), part.secrets.end());
        group = std::prev(groups.end());
      }
      for (const auto& name : names) taken[name] = group->first;
    }
    return groups;
  }

  static void add_names(ChainGroup& group, const std::vector<std::string>& names) {
    for (const auto& name : names) {
      auto& known = group.part.server_names;
      if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
    }
  }

  void refuse(const model::ObjectRef& service, const model::ObjectRef& rival, const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
      text += (text.empty() ? "" : ", ") + (name.empty() ? std::string("(none: every name)") : name);
    result_.refused_chains.insert(service);
    result_.diagnostics.push_back(
        {.reason = "ServerNameConflict",
         .object = service,
         .field = "/spec/sslConfig/sniDomains",
         .message = "VirtualService " + rival.ns + "/" + rival.name +
                    " serves the same server names with other TLS settings; they stay with it",
         .found = text,
         .expected = "equal sslConfig, or other sniDomains",
         .related = rival});
  }

  static void append_chain(protozero::pbf_writer& writer, const ChainPart& part, const std::string& filter) {
    std::string names;
    protozero::pbf_writer names_writer(names);
    for (const auto& name : part.server_names) names_writer.add_string(listener::FilterChainMatch::kServerNames, name);
    std::string chain = part.filter_chain;
    protozero::pbf_writer chain_writer(chain);
    // A second occurrence of a message field merges into the first, by protobuf's rules.
    if (!names.empty()) chain_writer.add_message(listener::FilterChain::kFilterChainMatch, names);
    chain_writer.add_message(listener::FilterChain::kFilters, filter);
    if (!part.transport_socket.empty()) {
      chain_writer.add_message(listener::FilterChain::kTransportSocket, part.transport_socket);
    }
    writer.add_message(listener::Listener::kFilterChains, chain);
  }

  void finish(std::string bytes) {
    if (const auto status = t_.types.check(*t_.types.find(kListener), bytes); !status.ok()) {
      result_.diagnostics.push_back({.reason = "InvalidListener",
                                     .object = plan_.gateway.ref,
                                     .message = "Envoy would refuse the listener: " + status.message()});
      return;
    }
    result_.listener = xds::make_resource(plan_.listener_name, base::Bytes(std::move(bytes)));
  }

  Translation& t_;
  Reader& reader_;
  const GatewayPlan& plan_;
  ListenerResult& result_;
  ProvenanceList* provenance_;
  Slots slots_;
};

// Whether the gateway's own options gave what Envoy can take.
bool usable(const ListenerResult& result, const model::ObjectRef& gateway) {
  return std::none_of(result.diagnostics.begin(), result.diagnostics.end(), [&](const model::Diagnostic& problem) {
    return problem.severity == model::Severity::kError && problem.object == gateway;
  });
}

// The listener with the options of the gateway's last good version; without one there is none. The problems of the
// current version stay the ones that are told.
void fall_back(Translation& t, Reader& reader, const GatewayPlan& plan, ListenerResult& result,
               ProvenanceList* provenance) {
  if (provenance != nullptr) provenance->clear();
  ListenerResult before;
  if (const auto good = t.last_good.read(reader, plan.gateway.ref)) {
    auto decoded = config::decode_gateway(*good, *t.catalog);
    if (decoded.value) {
      GatewayPlan old_options = plan;
      old_options.gateway.options = std::move(decoded.value->options);
      old_options.gateway.http.options = std::move(decoded.value->http.options);
      ListenerBuilder(t, reader, old_options, before, provenance).build();
      if (!usable(before, plan.gateway.ref)) before = {};
    }
  }
  before.ok = false;
  before.diagnostics = std::move(result.diagnostics);
  result = std::move(before);
}

}  // namespace

std::shared_ptr<const ListenerResult> build_listener(Translation& t, Reader& reader, const model::ObjectRef& gateway,
                                                     ProvenanceList* provenance) {
  auto result = std::make_shared<ListenerResult>();
  const auto plan = t.plans.read(reader, gateway);
  if (!plan->serving || plan->hosts.empty()) return result;
  ListenerBuilder(t, reader, *plan, *result, provenance).build();
  if (!usable(*result, gateway)) fall_back(t, reader, *plan, *result, provenance);
  if (result->listener) result->hash = result->listener->hash;
  for (const auto& use : result->secrets) {
    result->hash = base::hash_combine(result->hash, base::hash_bytes(encode_secret_use(use)));
  }
  for (const auto& extra : result->resources) result->hash = base::hash_combine(result->hash, extra.resource->hash);
  return result;
}

}  // namespace solder::engine

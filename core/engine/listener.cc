// Step 4: a gateway's listener, with the filter chains of its parts.
// Source: Gloo's listener translation (names, defaults); Envoy listener.proto.
#include <algorithm>
#include <iterator>
#include <protozero/pbf_writer.hpp>
#include <set>
#include <string_view>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/cluster_sockets.h"
#include "core/engine/filter_chain.h"
#include "core/engine/http_filter_chains.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/schema_reads.h"
#include "core/engine/slots.h"
#include "core/engine/tcp_filter_chains.h"
#include "core/engine/translation.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace listener = solder::envoy::config::listener::v3;
namespace core = solder::envoy::config::core::v3;

namespace {

constexpr std::string_view kTlsInspectorType = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";
constexpr std::string_view kProxyProtocolType = "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol";

void append_listener_filter(std::string& bytes, const char* name, std::string_view type) {
  protozero::pbf_writer writer(bytes);
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

bool faulty(const model::Diagnostics& diagnostics, const model::ObjectRef& object) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [&](const model::Diagnostic& problem) {
    return problem.severity == model::Severity::kError && problem.object == object;
  });
}

// What plugins made of some options.
struct OptionOutputs {
  std::vector<std::vector<Fragment>> fragments;
  std::vector<SecretUse> secrets;
  model::Diagnostics diagnostics;
};

class ListenerBuilder {
 public:
  ListenerBuilder(Translation& t, Reader& reader, const GatewayPlan& plan, ListenerResult& result,
                  model::Diagnostics& faults, ProvenanceList* provenance)
      : t_(t),
        reader_(reader),
        plan_(plan),
        result_(result),
        faults_(faults),
        provenance_(provenance),
        slots_(t, result.diagnostics, provenance) {}

  void build() {
    for (const auto& fragments : t_.settings.read(reader_, 0)->fragments) slots_.add(fragments);
    gateway_ = call(plan_.gateway.ref, kGatewayScope, plan_.gateway.options);
    take(gateway_, result_.diagnostics);
    for (size_t i = 0; i < plan_.parts.size(); ++i) add_part(plan_.parts[i], {plan_.gateway.ref, i});
    const auto extra = slots_.resources();
    result_.resources.insert(result_.resources.end(), extra.begin(), extra.end());
    if (list_.chains().empty()) return;
    std::string base = listener_base(plan_);
    for (const auto& chain : list_.chains()) base += chain.part.listener;
    std::string head = slots_.merged("listener", kListener, base, "");
    append_listener_filters(head);
    const SocketWrappers wrappers(t_, slots_);
    for (auto& chain : list_.chains()) chain.part.transport_socket = wrappers.around(chain.part.transport_socket);
    result_.listener = finish(head, false);
    const bool scoped = std::any_of(list_.chains().begin(), list_.chains().end(),
                                    [](const ListenerChain& chain) { return !chain.scoped_filters.empty(); });
    if (scoped && result_.listener) result_.scoped_listener = finish(head, true);
  }

 private:
  OptionOutputs call(const model::ObjectRef& object, const Scope& scope, const model::OptionSet& options) {
    OptionOutputs out;
    OptionCalls calls(t_, reader_, object);
    calls.add(scope, options, 0, 0);
    calls.run([&](size_t, host::ItemOutput output) {
      out.fragments.push_back(std::move(output.fragments));
      std::move(output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(out.diagnostics));
      std::move(output.secret_uses.begin(), output.secret_uses.end(), std::back_inserter(out.secrets));
    });
    return out;
  }

  // For what the listener has once.
  void take(const OptionOutputs& outputs, model::Diagnostics& diagnostics) {
    for (const auto& fragments : outputs.fragments) slots_.add(fragments);
    diagnostics.insert(diagnostics.end(), outputs.diagnostics.begin(), outputs.diagnostics.end());
    result_.secrets.insert(result_.secrets.end(), outputs.secrets.begin(), outputs.secrets.end());
  }

  void add_part(const PlannedPart& planned, const GatewayPartKey& key) {
    const model::GatewayPart& part = planned.part;
    const OptionOutputs own = part.is_tcp ? call(part.object, kTcpGatewayScope, part.tcp.options)
                                          : call(part.object, kHttpGatewayScope, part.http.options);
    const bool of_gateway = part.object == plan_.gateway.ref;
    if (!of_gateway && faulty(own.diagnostics, part.object)) {
      faults_.insert(faults_.end(), own.diagnostics.begin(), own.diagnostics.end());
      result_.refused_chains.insert(part.object);
      return;
    }
    take(own, of_gateway ? result_.diagnostics : faults_);
    Slots slots(t_, result_.diagnostics, provenance_);
    const auto& settings = t_.settings.read(reader_, 0);
    if (!part.is_tcp) {
      for (const auto& fragments : settings->fragments) slots.add(fragments);
    }
    for (const auto& fragments : gateway_.fragments) slots.add(fragments);
    for (const auto& fragments : own.fragments) slots.add(fragments);
    const PartContext context{t_, reader_, plan_, planned, key, slots, result_, faults_, provenance_};
    if (part.is_tcp) {
      add_tcp_chains(context, list_);
    } else {
      const size_t before = list_.chains().size();
      add_http_chains(context, list_);
      if (list_.chains().size() > before) repeat_warnings(*settings);
    }
  }

  // What Settings miss is missed where it would work: as in Gloo, each gateway that serves HTTP says so.
  void repeat_warnings(const SettingsResult& settings) {
    for (model::Diagnostic warning : settings.diagnostics) {
      if (warning.severity != model::Severity::kWarning || warning.related.kind != "Upstream") continue;
      warning.message = "of " + to_string(settings.settings.ref) + ": " + warning.message;
      warning.object = plan_.gateway.ref;
      warning.field.clear();
      result_.diagnostics.push_back(std::move(warning));
    }
  }

  // In the order in which Envoy has to run them.
  void append_listener_filters(std::string& bytes) {
    const auto& chains = list_.chains();
    const bool inspects = std::any_of(chains.begin(), chains.end(), [](const ListenerChain& chain) {
      return !chain.part.transport_socket.empty() || !chain.part.server_names.empty();
    });
    if (plan_.gateway.use_proxy_proto)
      append_listener_filter(bytes, "envoy.filters.listener.proxy_protocol", kProxyProtocolType);
    if (inspects || result_.needs_server_names)
      append_listener_filter(bytes, "envoy.filters.listener.tls_inspector", kTlsInspectorType);
  }

  // Thousands of chains, one for each certificate, may have the same filters: these are looked at once.
  [[nodiscard]] base::Status check(std::string head, bool scoped) {
    std::set<std::string_view> filters;
    for (const auto& chain : list_.chains()) {
      const bool known = !filters.insert(filters_of(chain, scoped)).second;
      const std::string bytes = encode_chain(chain, known ? "" : filters_of(chain, scoped));
      protozero::pbf_writer(head).add_message(listener::Listener::kFilterChains, bytes);
    }
    return t_.types.check(*t_.types.find(kListener), head);
  }

  xds::ResourcePtr finish(const std::string& head, bool scoped) {
    if (const auto status = check(head, scoped); !status.ok()) {
      result_.diagnostics.push_back({.reason = "InvalidListener",
                                     .object = plan_.gateway.ref,
                                     .message = "Envoy would refuse the listener: " + status.message()});
      return nullptr;
    }
    std::string bytes = head;
    for (const auto& chain : list_.chains()) {
      const std::string whole = encode_chain(chain, filters_of(chain, scoped));
      protozero::pbf_writer(bytes).add_message(listener::Listener::kFilterChains, whole);
    }
    return xds::make_resource(plan_.listener_name, base::Bytes(std::move(bytes)));
  }

  Translation& t_;
  Reader& reader_;
  const GatewayPlan& plan_;
  ListenerResult& result_;
  model::Diagnostics& faults_;
  ProvenanceList* provenance_;
  Slots slots_;  // of all options
  OptionOutputs gateway_;
  ChainList list_;
};

struct Built {
  ListenerResult result;
  model::Diagnostics faults;
  bool whole = false;   // nothing is wrong
  bool usable = false;  // what is wrong costs filter chains alone
};

Built build(Translation& t, Reader& reader, const GatewayPlan& plan, ProvenanceList* provenance) {
  Built out;
  ListenerBuilder(t, reader, plan, out.result, out.faults, provenance).build();
  out.usable = !faulty(out.result.diagnostics, plan.gateway.ref);
  out.whole = out.usable && !faulty(out.faults, plan.gateway.ref);
  return out;
}

// The plan with what the gateway's last good version says of options and TCP hosts.
std::optional<GatewayPlan> plan_before(Translation& t, Reader& reader, const GatewayPlan& plan) {
  const auto good = t.last_good.read(reader, plan.gateway.ref);
  if (!good) return std::nullopt;
  auto decoded =
      decode_with_schemas(t, reader, [&](const auto& catalog) { return config::decode_gateway(*good, catalog); });
  if (!decoded.value) return std::nullopt;
  GatewayPlan before = plan;
  before.gateway.options = std::move(decoded.value->options);
  for (PlannedPart& planned : before.parts) {
    for (model::GatewayPart& old : decoded.value->parts) {
      if (old.is_tcp != planned.part.is_tcp || old.matcher.text != planned.part.matcher.text) continue;
      planned.part.http.options = std::move(old.http.options);
      planned.part.tcp = std::move(old.tcp);
      break;
    }
  }
  return before;
}

}  // namespace

std::shared_ptr<const ListenerResult> build_listener(Translation& t, Reader& reader, const model::ObjectRef& gateway,
                                                     ProvenanceList* provenance) {
  auto result = std::make_shared<ListenerResult>();
  const auto plan = t.plans.read(reader, gateway);
  if (!plan->serving || plan->parts.empty()) return result;
  Built current = build(t, reader, *plan, provenance);
  model::Diagnostics problems = std::move(current.result.diagnostics);
  std::move(current.faults.begin(), current.faults.end(), std::back_inserter(problems));
  if (!current.whole) {
    ProvenanceList origins;
    Built before;
    if (const auto old = plan_before(t, reader, *plan))
      before = build(t, reader, *old, provenance ? &origins : nullptr);
    if (before.whole || !current.usable) {
      if (provenance != nullptr) provenance->swap(origins);
      current.result = before.usable ? std::move(before.result) : ListenerResult{};
    }
    current.result.ok = false;
  }
  *result = std::move(current.result);
  result->diagnostics = std::move(problems);
  if (result->listener) result->hash = result->listener->hash;
  if (result->scoped_listener) result->hash = base::hash_combine(result->hash, result->scoped_listener->hash);
  for (const auto& use : result->secrets) {
    result->hash = base::hash_combine(result->hash, base::hash_bytes(encode_secret_use(use)));
  }
  for (const auto& extra : result->resources) result->hash = base::hash_combine(result->hash, extra.resource->hash);
  return result;
}

}  // namespace solder::engine

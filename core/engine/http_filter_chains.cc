#include "core/engine/http_filter_chains.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>
#include <unordered_set>
#include <utility>

#include "core/engine/host_run.h"
#include "core/engine/http_filters.h"
#include "core/engine/scope_selection.h"
#include "core/engine/virtual_hosts.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace listener = solder::envoy::config::listener::v3;
namespace core = solder::envoy::config::core::v3;
namespace hcm = solder::envoy::extensions::filters::network::http_connection_manager::v3;

namespace {

constexpr std::string_view kConnectionManagerName = "envoy.filters.network.http_connection_manager";

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

class HttpChains {
 public:
  HttpChains(const PartContext& context, ChainList& list) : context_(context), list_(list) {}

  void build() {
    add_host_resources();
    const size_t first = list_.chains().size();
    if (context_.part.tls) {
      for_each_host(context_.part, [this](const PlannedHost& host) { add_host(host); });
    } else {
      add_plain();
    }
    if (list_.chains().size() == first) return;
    const std::string network = network_filters(context_);
    const std::string manager = connection_manager();
    const std::string filters = network + connection_manager_filter(manager);
    std::string scoped;
    if (context_.t.layouts.read(context_.reader, context_.key)->scoped) {
      scoped = network + connection_manager_filter(in_large_layout(manager));
    }
    for (size_t i = first; i < list_.chains().size(); ++i) {
      list_.chains()[i].filters = filters;
      list_.chains()[i].scoped_filters = scoped;
    }
  }

 private:
  // What the virtual services' plugins asked for beside routes: extension configurations, clusters.
  void add_host_resources() {
    auto& resources = context_.result.resources;
    for (const auto& run : context_.part.runs) {
      const auto& own = needs_of(run).resources;
      resources.insert(resources.end(), own.begin(), own.end());
    }
  }

  const HostNeeds& needs_of(const PlannedRunPtr& run) const {
    return *read_host_needs(context_.t, context_.reader, context_.key, run);
  }

  std::string in_large_layout(const std::string& manager) const {
    const std::string& routes = context_.part.route_configuration;
    return context_.t.virtual_hosts_on_demand ? with_virtual_hosts(context_.t, manager, routes_of_virtual_hosts(routes))
                                              : with_scopes(context_.t, manager, routes);
  }

  static std::string connection_manager_filter(const std::string& config) {
    std::string filter;
    append_filter(filter, listener::FilterChain::kFilters, kConnectionManagerName, kHttpConnectionManager, config);
    return filter;
  }

  std::string connection_manager() {
    Translation& t = context_.t;
    std::vector<FilterNeed> needs = context_.slots.filters("http_filter/");
    for (const auto& run : context_.part.runs) {
      const auto& wanted = needs_of(run).filters;
      needs.insert(needs.end(), wanted.begin(), wanted.end());
    }
    const std::string base = connection_manager_base(context_.part.route_configuration);
    std::string config = context_.slots.merged("hcm", kHttpConnectionManager, base, "hcm");
    config += http_filter_list(t, needs, hcm::HttpConnectionManager::kHttpFilters, kRouter, "hcm",
                               context_.result.diagnostics, context_.provenance);
    return config;
  }

  void add_plain() {
    const auto& matcher = context_.part.part.matcher;
    const model::ObjectRef& object = context_.part.part.object;
    if (const ListenerChain* rival = list_.rival({}, matcher.ranges, list_.chains().size())) {
      context_.faults.push_back({.reason = "MatcherConflict",
                                 .object = object,
                                 .field = matcher.path,
                                 .message = "another part of the gateway takes the same connections; they stay with it",
                                 .expected = "a matcher of its own for each part",
                                 .related = rival->object});
      return;
    }
    list_.claim({}, matcher.ranges, list_.chains().size());
    list_.chains().push_back({{}, matcher.ranges, "", "", object});
  }

  // The virtual service's part of a chain, completed by the TLS settings that the part has for all.
  std::optional<ChainPart> chain_of(const model::ObjectRef& ref) {
    const auto& service = context_.t.chains.read(context_.reader, ref);
    const auto& matcher = context_.part.part.matcher;
    if (!service->chain || matcher.tls.values.empty()) return service->chain;
    const model::OptionSet tls = with_defaults(service->tls, matcher.tls);
    model::Diagnostics problems;
    ChainPart part = build_filter_chain(context_.t, context_.reader, ref, tls, problems, nullptr);
    const bool bad = has_error(problems);
    std::move(problems.begin(), problems.end(), std::back_inserter(context_.faults));
    if (bad) return std::nullopt;
    return part;
  }

  // Field by field: what `own` does not say counts as in `defaults`.
  static model::OptionSet with_defaults(const model::OptionSet& own, const model::OptionSet& defaults) {
    model::OptionSet out = own;
    nlohmann::json all = nlohmann::json::parse(own.json);
    for (auto& option : out.values) {
      for (const auto& fallback : defaults.values) {
        if (fallback.key != option.key) continue;
        nlohmann::json value = nlohmann::json::parse(fallback.json);
        value.update(nlohmann::json::parse(option.json));
        option.json = value.dump();
        all[option.key] = std::move(value);
      }
    }
    out.json = all.dump();
    return out;
  }

  // Chains of equal content become one; a server name that two different ones claim stays with the first.
  void add_host(const PlannedHost& host) {
    const std::optional<ChainPart> part = chain_of(host.virtual_service);
    if (!part) return;
    const auto& ranges = context_.part.part.matcher.ranges;
    auto& chains = list_.chains();
    const size_t group = group_of(*part);
    if (const ListenerChain* rival = list_.rival(part->server_names, ranges, group)) {
      refuse(host.virtual_service, rival->object, part->server_names);
      return;
    }
    list_.claim(part->server_names, ranges, group);
    if (group < chains.size()) {
      add_names(group, part->server_names);
      return;
    }
    chains.push_back({*part, ranges, "", "", host.virtual_service});
    groups_.emplace(std::make_pair(part->hash, part->server_names.empty()), group);
    auto& secrets = context_.result.secrets;
    secrets.insert(secrets.end(), part->secrets.begin(), part->secrets.end());
  }

  // The chain that this one joins, or the index of a new one. A chain without server names takes every name; joined
  // with one that has names it still does.
  [[nodiscard]] size_t group_of(const ChainPart& part) {
    const auto known = groups_.find({part.hash, part.server_names.empty()});
    return known == groups_.end() ? list_.chains().size() : known->second;
  }

  void add_names(size_t group, const std::vector<std::string>& names) {
    auto& all = list_.chains()[group].part.server_names;
    auto& known = names_[group];
    if (known.empty()) known.insert(all.begin(), all.end());
    for (const auto& name : names) {
      if (known.insert(name).second) all.push_back(name);
    }
  }

  void refuse(const model::ObjectRef& service, const model::ObjectRef& rival, const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    context_.result.refused_chains.insert(service);
    context_.faults.push_back(
        {.reason = "ServerNameConflict",
         .object = service,
         .field = "/spec/sslConfig/sniDomains",
         .message = to_string(rival) + " serves the same server names with other TLS settings; they stay with it",
         .found = text.empty() ? "(none: every name)" : text,
         .expected = "equal sslConfig, or other sniDomains",
         .related = rival});
  }

  const PartContext& context_;
  ChainList& list_;
  // This part's chains, by what they are made of and whether they take every name; and the names of those that several
  // virtual services share.
  std::map<std::pair<uint64_t, bool>, size_t> groups_;
  std::map<size_t, std::unordered_set<std::string>> names_;
};

}  // namespace

void add_http_chains(const PartContext& context, ChainList& list) { HttpChains(context, list).build(); }

std::string network_filters(const PartContext& context) {
  return filter_list(context.t, context.slots.filters("network_filter/"), listener::FilterChain::kFilters,
                     "network_filters", context.result.diagnostics, context.provenance);
}

}  // namespace solder::engine

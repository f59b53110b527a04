// Step 3, above the routes: a VirtualService as a virtual host and, with sslConfig, as a part of a filter chain. One
// that is at fault as a whole keeps serving in its last good version.
#include <algorithm>
#include <iterator>
#include <protozero/pbf_writer.hpp>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/config/option_merge.h"
#include "core/config/route_texts.h"
#include "core/engine/delegation.h"
#include "core/engine/filter_chain.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/route.h"
#include "core/engine/route_configuration.h"
#include "core/engine/route_layout.h"
#include "core/engine/schema_reads.h"
#include "core/engine/slots.h"
#include "core/engine/translation.h"
#include "solder/envoy_fields.h"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;

namespace {

struct Built {
  bool ok = false;
  bool usable = false;  // the fault is in a table: what is left of the virtual service can be served
  VirtualServiceResult result;
};

void move_into(model::Diagnostics& into, model::Diagnostics from) {
  std::move(from.begin(), from.end(), std::back_inserter(into));
}

void check_host(const Translation& t, const model::ObjectRef& ref, VirtualServiceResult& result) {
  if (has_error(result.diagnostics)) return;
  std::string whole = result.host;
  for (const auto& domain : result.domains) {
    protozero::pbf_writer(whole).add_string(route::VirtualHost::kDomains, domain);
  }
  const auto status = t.types.check(*t.types.find(kVirtualHost), whole);
  if (status.ok()) return;
  result.diagnostics.push_back({.reason = "InvalidVirtualHost",
                                .object = ref,
                                .field = "/spec/virtualHost",
                                .message = "Envoy would refuse the virtual host: " + status.message()});
}

// VirtualHost without domains and routes.
void build_host(Translation& t, Reader& reader, const model::VirtualService& service, VirtualServiceResult& result,
                ProvenanceList* provenance) {
  Slots slots(t, result.diagnostics, provenance);
  OptionCalls calls(t, reader, service.ref);
  calls.add(kVirtualHostScope, service.virtual_host_options, 0, 0);
  calls.run([&](size_t, host::ItemOutput output) {
    slots.add(output.fragments);
    move_into(result.diagnostics, std::move(output.diagnostics));
  });
  std::string base;
  protozero::pbf_writer writer(base);
  writer.add_string(route::VirtualHost::kName, result.name);
  if (service.has_ssl) {
    writer.add_enum(route::VirtualHost::kRequireTls, route::VirtualHost::TlsRequirementType::kALL);
  }
  result.host = slots.merged("virtual_host", kVirtualHost, base, "");
  result.host += merged_per_filter(slots, route::VirtualHost::kTypedPerFilterConfig, "");
  if (const std::string metadata = merged_metadata(slots, "metadata"); !metadata.empty()) {
    protozero::pbf_writer(result.host).add_message(route::VirtualHost::kMetadata, metadata);
  }
  check_host(t, service.ref, result);
  auto filters = slots.filters("http_filter/");
  std::move(filters.begin(), filters.end(), std::back_inserter(result.filters));
  auto resources = slots.resources();
  std::move(resources.begin(), resources.end(), std::back_inserter(result.resources));
}

void check_domains(const model::VirtualService& service, model::Diagnostics& diagnostics) {
  std::set<std::string> seen;  // Envoy knows no upper case
  for (size_t i = 0; i < service.domains.size(); ++i) {
    const std::string& domain = service.domains[i];
    const std::string field = service.domains_path + "/" + std::to_string(i);
    if (!seen.insert(lower_case(domain)).second) {
      diagnostics.push_back({.reason = "DuplicateDomain",
                             .object = service.ref,
                             .field = field,
                             .message = "the domain stands twice in this virtual service",
                             .found = domain});
    }
    const size_t star = domain.find('*');
    if (star != std::string::npos &&
        (domain.find('*', star + 1) != std::string::npos || (star != 0 && star + 1 != domain.size()))) {
      diagnostics.push_back({.reason = "InvalidDomain",
                             .object = service.ref,
                             .field = field,
                             .message = "a wildcard stands once, at the start or the end of a domain",
                             .found = domain,
                             .expected = "\"*\", \"*.example.com\" or \"example.*\""});
    }
  }
}

// The virtual host's options by reference, behind its own.
void add_referenced_options(Translation& t, Reader& reader, model::VirtualService& service,
                            model::Diagnostics& diagnostics) {
  if (service.option_refs.empty()) return;
  const std::string field = "/spec/virtualHost/optionsConfigRefs/delegateOptions";
  const std::string merged = merge_referenced(t, reader, service.virtual_host_options.json, service.option_refs,
                                              service.ref, field, diagnostics);
  service.virtual_host_options = config::merge_options(service.virtual_host_options, merged, field);
}

// Everything but the routes.
void build_head(Translation& t, Reader& reader, const model::VirtualService& service, VirtualServiceResult& result,
                ProvenanceList* provenance) {
  result.domains = service.domains.empty() ? std::vector<std::string>{"*"} : service.domains;
  result.domains_path = service.domains_path;
  result.has_ssl = service.has_ssl;
  if (!service.has_virtual_host) {
    result.diagnostics.push_back(
        {.severity = model::Severity::kWarning,
         .reason = "MissingField",
         .object = service.ref,
         .field = "/spec/virtualHost",
         .message = "the virtual service has no virtual host; it answers every domain with 404"});
  }
  check_domains(service, result.diagnostics);
  build_host(t, reader, service, result, provenance);
  result.tls = service.options;
  auto chain = build_filter_chain(t, reader, service.ref, service.options, result.diagnostics, provenance);
  if (service.has_ssl) result.chain = std::move(chain);
}

// A route is missing because a plugin with a process of its own does not answer now: the version before, of which it is
// known what the plugin gave, is better than one with a hole.
bool waits_for_plugin(const model::Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const auto& each) { return each.reason == "PluginUnavailable"; });
}

Built build(Translation& t, Reader& reader, const model::Object& object, const std::string& gateway,
            ProvenanceList* provenance) {
  Built built;
  VirtualServiceResult& result = built.result;
  config::RouteTexts texts = config::split_routes(object.json);
  model::Object head = object;
  head.json = std::move(texts.rest);
  auto decoded = decode_with_schemas(
      t, reader, [&](const auto& catalog) { return config::decode_virtual_service(head, catalog); });
  result.diagnostics = std::move(decoded.diagnostics);
  result.name = virtual_host_name(object.ref);
  std::string host_options = "{}";
  if (decoded.value) {
    add_referenced_options(t, reader, *decoded.value, result.diagnostics);
    host_options = decoded.value->virtual_host_options.json;
    build_head(t, reader, *decoded.value, result, provenance);
  }
  // Also where the head is at fault: a report tells every problem.
  EffectiveRoutes effective = expand_routes(t, reader, object.ref, texts.routes, host_options);
  const bool misled = has_error(effective.diagnostics);
  RouteList routes = build_routes(t, reader, {object.ref, result.name, gateway}, effective.routes, provenance);
  move_into(result.diagnostics, std::move(routes.diagnostics));
  result.routes = std::move(routes.bytes);
  result.routes_hash = routes.bytes_hash;
  result.route_count = routes.count;
  result.named_routes = routes.named;
  std::move(routes.filters.begin(), routes.filters.end(), std::back_inserter(result.filters));
  // A disabled filter is made only for requests whose route is known by then.
  result.chosen_first = routes.chosen_first || names_filter_config(result.host) ||
                        std::any_of(result.filters.begin(), result.filters.end(),
                                    [](const auto& need) { return need.fragment.disabled; });
  std::move(routes.resources.begin(), routes.resources.end(), std::back_inserter(result.resources));
  const bool good = decoded.value && !has_error(result.diagnostics);
  built.ok = good && !misled && !waits_for_plugin(result.diagnostics);
  built.usable = good && (!misled || !effective.routes.empty());
  move_into(result.diagnostics, std::move(effective.diagnostics));
  return built;
}

// Identical wishes of many routes are one.
void compact(std::vector<FilterNeed>& needs) {
  std::vector<FilterNeed> kept;
  for (FilterNeed& need : needs) {
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const FilterNeed& other) {
      return other.stage == need.stage && other.fragment.name == need.fragment.name &&
             other.fragment.bytes == need.fragment.bytes && other.fragment.weight == need.fragment.weight &&
             other.fragment.origin.plugin == need.fragment.origin.plugin &&
             other.fragment.clear == need.fragment.clear && filter_flags(other.fragment) == filter_flags(need.fragment);
    });
    if (!known) kept.push_back(std::move(need));
  }
  needs = std::move(kept);
}

uint64_t hash_text(const std::string& text) { return base::hash_bytes(text); }

uint64_t hash_chain(const std::optional<ChainPart>& chain, const model::OptionSet& tls,
                    const std::vector<ExtraResource>& resources) {
  uint64_t hash = base::hash_combine(chain ? chain->hash : 0, hash_text(tls.json));
  for (const auto& extra : resources) hash = base::hash_combine(hash, extra.resource->hash);
  return hash;
}

template <typename T>
uint64_t hash_summary(const T& result) {
  std::string text = result.ns + '\0' + (result.present ? 'p' : '-') + (result.has_ssl ? 's' : '-') +
                     (result.serving ? 'o' : '-') + (result.named_routes ? 'n' : '-');
  for (const auto& domain : result.domains) text += '\0' + domain;
  for (const auto& [key, value] : result.labels) text += '\1' + key + '=' + value;
  return hash_text(text);
}

}  // namespace

std::string virtual_host_name(const model::ObjectRef& service) {
  std::string name = service.ns + "_" + service.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::shared_ptr<const VirtualServiceResult> build_virtual_service(Translation& t, Reader& reader,
                                                                  const VirtualServiceKey& key,
                                                                  ProvenanceList* provenance) {
  auto result = std::make_shared<VirtualServiceResult>();
  const auto object = t.objects.read(reader, key.ref);
  if (!object) return result;
  Built built = build(t, reader, *object, key.gateway, provenance);
  bool serving = built.usable;
  if (!built.ok) {
    if (const auto good = t.last_good.read(reader, key.ref); good && good->hash != object->hash) {
      ProvenanceList origins;
      Built before = build(t, reader, *good, key.gateway, provenance == nullptr ? nullptr : &origins);
      if (before.ok) {
        if (provenance != nullptr) provenance->swap(origins);
        auto& problems = built.result.diagnostics;
        if (waits_for_plugin(problems))
          std::erase_if(problems, [](const auto& each) {
            return each.reason == "RouteLeftOut" || each.reason == "RouteReplaced";
          });
        before.result.diagnostics = std::move(problems);
        built.result = std::move(before.result);
        serving = true;
      }
    }
  }
  *result = std::move(built.result);
  result->present = true;
  result->ok = built.ok;
  result->serving = serving;
  result->labels = object->labels;
  result->ns = object->ref.ns;
  compact(result->filters);
  result->hash = base::hash_combine(hash_summary(*result), hash_text(result->host));
  result->hash = base::hash_combine(result->hash, result->routes_hash);
  result->hash = base::hash_combine(result->hash, hash_filters(result->filters));
  result->hash = base::hash_combine(result->hash, hash_chain(result->chain, result->tls, result->resources));
  result->hash = base::hash_combine(result->hash, result->ok ? 1 : 0);
  return result;
}

std::shared_ptr<const VirtualServiceSummary> summarize(const VirtualServiceResult& result) {
  auto summary = std::make_shared<VirtualServiceSummary>();
  summary->serving = result.serving;
  summary->present = result.present;
  summary->domains = result.domains;
  summary->domains_path = result.domains_path;
  summary->has_ssl = result.has_ssl;
  summary->named_routes = result.named_routes;
  summary->labels = result.labels;
  summary->ns = result.ns;
  summary->hash = hash_summary(*summary);
  return summary;
}

std::shared_ptr<const VirtualServiceFilters> filters_of(const VirtualServiceResult& result) {
  auto filters = std::make_shared<VirtualServiceFilters>();
  if (result.serving) filters->filters = result.filters;
  filters->hash = hash_filters(filters->filters);
  return filters;
}

std::shared_ptr<const VirtualServiceChain> chain_of(const VirtualServiceResult& result) {
  auto chain = std::make_shared<VirtualServiceChain>();
  if (result.serving) {
    chain->chain = result.chain;
    chain->tls = result.tls;
    chain->resources = result.resources;
  }
  chain->hash = hash_chain(chain->chain, chain->tls, chain->resources);
  return chain;
}

}  // namespace solder::engine

#include "core/engine/host_run.h"

#include <algorithm>
#include <iterator>

#include "core/base/hash.h"
#include "core/engine/http_filters.h"

namespace solder::engine {

namespace {

uint64_t hash_of(const HostSettings& settings) {
  uint64_t hash = base::hash_combine(base::hash_bytes(settings.label), base::hash_bytes(settings.route_configuration));
  const auto& limit = settings.max_direct_response_bytes;
  hash = base::hash_combine(hash, limit ? uint64_t{*limit} + 1 : 0);
  return base::hash_combine(hash, settings.most_specific_header_mutations_wins ? 1 : 0);
}

std::vector<PlannedHost> without_lost(const SelectedRun& run, LostDomains::const_iterator lost,
                                      LostDomains::const_iterator end) {
  std::vector<PlannedHost> hosts;
  for (size_t i = 0; i < run.hosts->size(); ++i) {
    PlannedHost host = (*run.hosts)[i];
    if (lost != end && lost->first.host == i) {
      std::erase_if(host.domains, [&](const auto& domain) { return lost->second.count(lower_case(domain)) != 0; });
      ++lost;
    }
    if (!host.domains.empty()) hosts.push_back(std::move(host));
  }
  return hosts;
}

// Without the domains that hosts lost: those from `lost` to `end`.
PlannedRunPtr make_run(const SelectedRun& from, const std::shared_ptr<const HostSettings>& settings,
                       uint64_t settings_hash, LostDomains::const_iterator lost, LostDomains::const_iterator end) {
  auto run = std::make_shared<PlannedRun>();
  run->id = from.id;
  run->settings = settings;
  run->settings_hash = settings_hash;
  run->selected_hash = from.hash;
  run->whole = lost == end;
  run->hosts =
      run->whole ? from.hosts : std::make_shared<const std::vector<PlannedHost>>(without_lost(from, lost, end));
  run->hash = settings_hash;
  for (const PlannedHost& host : *run->hosts) {
    run->hash = base::hash_combine(run->hash, hash_host(host.virtual_service));
    for (const auto& domain : host.domains) {
      run->hash = base::hash_combine(run->hash, base::hash_bytes(domain));
      if (has_wildcard(domain)) run->wildcards.push_back(domain);
    }
  }
  return run;
}

template <typename T, typename Build>
const std::shared_ptr<const T>& read_run(Memo<HostRunKey, T>& family, Reader& reader, const GatewayPartKey& part,
                                         const PlannedRun& run, const Build& build) {
  const HostRunKey key{part, run.hash};
  if (const auto* known = family.read_known(reader, key)) return *known;
  return family.make(reader, key, [&](Reader& own, const HostRunKey&) { return build(own); });
}

bool same(const FilterNeed& a, const FilterNeed& b) {
  const Fragment &x = a.fragment, &y = b.fragment;
  return a.stage == b.stage && x.name == y.name && x.type_url == y.type_url && filter_flags(x) == filter_flags(y) &&
         says_the_same(x, y);
}

}  // namespace

uint64_t hash_host(const model::ObjectRef& virtual_service) {
  return base::hash_combine(base::hash_bytes(virtual_service.name), base::hash_bytes(virtual_service.ns));
}

SelectedRuns cut_into_runs(std::vector<PlannedHost> hosts) {
  SelectedRuns runs;
  const auto hash_at = [&](size_t i) { return hash_host(hosts[i].virtual_service); };
  for (size_t first = 0; first < hosts.size();) {
    const size_t end = run_end(first, hosts.size(), hash_at);
    const uint64_t id = hash_at(first);
    const auto from = std::make_move_iterator(hosts.begin() + static_cast<std::ptrdiff_t>(first));
    runs.push_back(make_selected_run(id, {from, from + static_cast<std::ptrdiff_t>(end - first)}));
    first = end;
  }
  return runs;
}

void plan_runs(const SelectedRuns& selected, const LostDomains& lost,
               const std::shared_ptr<const HostSettings>& settings, const PlannedPart* before, PlannedPart& part) {
  const uint64_t settings_hash = hash_of(*settings);
  for (size_t i = 0; i < selected.size(); ++i) {
    const SelectedRun& from = *selected[i];
    const auto first = lost.lower_bound({i, 0}), end = lost.lower_bound({i + 1, 0});
    const auto known = before != nullptr ? before->run(from.id) : nullptr;
    const bool same = first == end && known && known->whole && known->selected_hash == from.hash &&
                      known->settings_hash == settings_hash;
    auto planned = same ? known : make_run(from, settings, settings_hash, first, end);
    if (planned->hosts->empty()) continue;
    for (const auto& domain : planned->wildcards) part.wildcards.add(domain);
    part.places.emplace(planned->id, part.runs.size());
    part.runs.push_back(std::move(planned));
  }
}

void for_each_host(const PlannedPart& part, const std::function<void(const PlannedHost&)>& visit) {
  for (const auto& run : part.runs) {
    for (const PlannedHost& host : *run->hosts) visit(host);
  }
}

const std::shared_ptr<const HostNeeds>& read_host_needs(Translation& t, Reader& reader, const GatewayPartKey& part,
                                                        const PlannedRunPtr& run) {
  return read_run(t.host_needs, reader, part, *run, [&](Reader& own) { return build_host_needs(t, own, run); });
}

const std::shared_ptr<const HostRunResult>& read_host_run(Translation& t, Reader& reader, const GatewayPartKey& part,
                                                          const PlannedRunPtr& run) {
  return read_run(t.host_runs, reader, part, *run, [&](Reader& own) { return build_host_run(t, own, run); });
}

const std::shared_ptr<const HostScopesResult>& read_host_scopes(Translation& t, Reader& reader,
                                                                const GatewayPartKey& part, const PlannedRunPtr& run) {
  return read_run(t.host_scopes, reader, part, *run, [&](Reader& own) { return build_host_scopes(t, own, part, run); });
}

const std::shared_ptr<const VirtualServiceResult>& read_host(Translation& t, Reader& reader,
                                                             const HostSettings& settings, const PlannedHost& host) {
  const bool named = t.summaries.read(reader, host.virtual_service)->named_routes;
  return t.virtual_services.read(reader, {host.virtual_service, named ? settings.label : ""});
}

std::shared_ptr<const HostNeeds> build_host_needs(Translation& t, Reader& reader, const PlannedRunPtr& run) {
  auto result = std::make_shared<HostNeeds>();
  result->run = run;
  for (const PlannedHost& host : *run->hosts) {
    for (const FilterNeed& need : t.filters.read(reader, host.virtual_service)->filters) {
      const bool known = std::any_of(result->filters.begin(), result->filters.end(),
                                     [&](const FilterNeed& other) { return same(other, need); });
      if (!known) result->filters.push_back(need);
    }
    const auto& resources = t.chains.read(reader, host.virtual_service)->resources;
    result->resources.insert(result->resources.end(), resources.begin(), resources.end());
  }
  result->hash = hash_filters(result->filters);
  for (const ExtraResource& extra : result->resources)
    result->hash = base::hash_combine(result->hash, extra.resource->hash);
  return result;
}

}  // namespace solder::engine

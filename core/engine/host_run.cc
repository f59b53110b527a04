#include "core/engine/host_run.h"

#include <algorithm>

#include "core/base/hash.h"
#include "core/engine/http_filters.h"

namespace solder::engine {

namespace {

// A run ends before a host by whose name it is to, one of eight, but is not much shorter or longer than others.
constexpr size_t kShortestRun = 16, kLongestRun = 64;
constexpr uint64_t kEnds = 8;

uint64_t hash_of(const model::ObjectRef& ref) {
  return base::hash_combine(base::hash_bytes(ref.name), base::hash_bytes(ref.ns));
}

uint64_t hash_of(const HostSettings& settings) {
  uint64_t hash = base::hash_combine(base::hash_bytes(settings.label), base::hash_bytes(settings.route_configuration));
  const auto& limit = settings.max_direct_response_bytes;
  hash = base::hash_combine(hash, limit ? uint64_t{*limit} + 1 : 0);
  return base::hash_combine(hash, settings.most_specific_header_mutations_wins ? 1 : 0);
}

bool same(const PlannedHost& a, const PlannedHost& b) {
  return a.virtual_service == b.virtual_service && a.domains == b.domains;
}

std::shared_ptr<const PlannedRun> make_run(uint64_t id, uint64_t settings_hash,
                                           const std::shared_ptr<const HostSettings>& settings,
                                           std::vector<PlannedHost> hosts) {
  auto run = std::make_shared<PlannedRun>();
  run->id = id;
  run->settings = settings;
  run->settings_hash = settings_hash;
  run->hash = settings_hash;
  for (const PlannedHost& host : hosts) {
    run->hash = base::hash_combine(run->hash, hash_of(host.virtual_service));
    for (const auto& domain : host.domains) run->hash = base::hash_combine(run->hash, base::hash_bytes(domain));
  }
  run->hosts = std::move(hosts);
  return run;
}

bool same(const FilterNeed& a, const FilterNeed& b) {
  const Fragment &x = a.fragment, &y = b.fragment;
  return a.stage == b.stage && x.name == y.name && x.type_url == y.type_url && filter_flags(x) == filter_flags(y) &&
         says_the_same(x, y);
}

}  // namespace

void cut_into_runs(std::vector<PlannedHost> hosts, std::shared_ptr<const HostSettings> settings,
                   const PlannedPart* before, PlannedPart& part) {
  const uint64_t settings_hash = hash_of(*settings);
  for (size_t first = 0; first < hosts.size();) {
    const uint64_t id = hash_of(hosts[first].virtual_service);
    size_t end = first + 1;
    while (end < hosts.size() && end - first < kLongestRun &&
           (end - first < kShortestRun || hash_of(hosts[end].virtual_service) % kEnds != 0))
      ++end;
    const auto from = hosts.begin() + static_cast<std::ptrdiff_t>(first);
    const auto to = hosts.begin() + static_cast<std::ptrdiff_t>(end);
    const auto known = before != nullptr ? before->run(id) : nullptr;
    const bool kept = known && known->settings_hash == settings_hash &&
                      std::equal(from, to, known->hosts.begin(), known->hosts.end(),
                                 [](const PlannedHost& a, const PlannedHost& b) { return same(a, b); });
    part.places.emplace(id, part.runs.size());
    part.runs.push_back(
        kept ? known
             : make_run(id, settings_hash, settings, {std::make_move_iterator(from), std::make_move_iterator(to)}));
    first = end;
  }
}

void for_each_host(const PlannedPart& part, const std::function<void(const PlannedHost&)>& visit) {
  for (const auto& run : part.runs) {
    for (const PlannedHost& host : run->hosts) visit(host);
  }
}

const std::shared_ptr<const VirtualServiceResult>& read_host(Translation& t, Reader& reader,
                                                             const HostSettings& settings, const PlannedHost& host) {
  const bool named = t.summaries.read(reader, host.virtual_service)->named_routes;
  return t.virtual_services.read(reader, {host.virtual_service, named ? settings.label : ""});
}

std::shared_ptr<const PlannedRun> build_planned_run(Translation& t, Reader& reader, const HostRunKey& key) {
  static const auto kNone = std::make_shared<const PlannedRun>();
  const auto& plan = t.plans.read(reader, key.part.gateway);
  const auto run = key.part.part < plan->parts.size() ? plan->parts[key.part.part].run(key.id) : nullptr;
  return run ? run : kNone;
}

std::shared_ptr<const HostNeeds> build_host_needs(Translation& t, Reader& reader, const HostRunKey& key) {
  auto result = std::make_shared<HostNeeds>();
  const auto run = t.planned_runs.read(reader, key);
  for (const PlannedHost& host : run->hosts) {
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

#include "core/engine/host_selection.h"

#include <algorithm>
#include <set>

#include "core/base/hash.h"
#include "core/engine/gateway_selection.h"
#include "core/engine/host_run.h"
#include "core/engine/service_runs.h"
#include "core/engine/translation.h"
#include "core/engine/wildcard_domains.h"

namespace solder::engine {

namespace {

uint64_t hash_texts(const std::vector<std::string>& texts) {
  uint64_t hash = texts.size();
  for (const auto& text : texts) hash = base::hash_combine(hash, base::hash_bytes(text));
  return hash;
}

uint64_t hash_selection(const HostSelection& selection) {
  uint64_t hash = base::hash_combine(selection.tls ? 1 : 0, hash_texts(selection.namespaces));
  hash = base::hash_combine(hash, selection.labels.size());
  for (const auto& [key, value] : selection.labels) hash = base::hash_combine(hash, hash_texts({key, value}));
  for (const auto& expression : selection.expressions) {
    hash = base::hash_combine(hash, hash_texts({expression.key, expression.op}));
    hash = base::hash_combine(hash, hash_texts(expression.values));
  }
  return hash;
}

std::shared_ptr<const HostSelection> selection_of(const model::HttpGateway& gateway, bool tls) {
  HostSelection selection{0, tls, gateway.namespaces, gateway.selector, gateway.expressions};
  selection.hash = hash_selection(selection);
  return std::make_shared<const HostSelection>(std::move(selection));
}

SelectedRuns select_among_all(Translation& t, Reader& reader, const model::HttpGateway& gateway, bool tls) {
  SelectedRuns selected;
  const auto list = t.service_list.read(reader, 0);
  if (!list) return selected;
  const auto selection = selection_of(gateway, tls);
  selected.reserve(list->ids.size());
  for (const uint64_t id : list->ids) {
    const SelectedRunKey key{selection->hash, id};
    const auto* known = t.selected_runs.read_known(reader, key);
    const auto& run =
        known != nullptr ? *known : t.selected_runs.make(reader, key, [&](Reader& own, const SelectedRunKey&) {
          return build_selected_run(t, own, id, selection);
        });
    if (!run->hosts->empty()) selected.push_back(run);
  }
  return selected;
}

model::Diagnostic not_found(const model::GatewayPart& part, size_t index, const model::ObjectRef& ref) {
  return {.severity = model::Severity::kWarning,
          .reason = "VirtualServiceNotFound",
          .object = part.object,
          .field = part.path + "/virtualServices/" + std::to_string(index),
          .message = "VirtualService " + ref.ns + "/" + ref.name + " is not there",
          .found = ref.ns + "/" + ref.name,
          .related = ref};
}

SelectedRuns select_named(Translation& t, Reader& reader, const model::GatewayPart& part, bool tls,
                          model::Diagnostics& diagnostics) {
  std::vector<PlannedHost> hosts;
  std::set<model::ObjectRef> seen;
  for (size_t i = 0; i < part.http.virtual_services.size(); ++i) {
    const auto& named = part.http.virtual_services[i];
    const model::ObjectRef ref{"VirtualService", named.ns, named.name};
    const auto& summary = t.summaries.read(reader, ref);
    if (!summary->present) {
      diagnostics.push_back(not_found(part, i, ref));
    } else if (seen.insert(ref).second && summary->serving && summary->has_ssl == tls) {
      hosts.push_back({ref, summary->domains});
    }
  }
  std::sort(hosts.begin(), hosts.end(), [](const PlannedHost& a, const PlannedHost& b) {
    return ServiceRuns::name_of(a.virtual_service) < ServiceRuns::name_of(b.virtual_service);
  });
  return cut_into_runs(std::move(hosts));
}

}  // namespace

SelectedRuns select_hosts(Translation& t, Reader& reader, const model::GatewayPart& part, bool tls,
                          model::Diagnostics& diagnostics) {
  return part.http.virtual_services.empty() ? select_among_all(t, reader, part.http, tls)
                                            : select_named(t, reader, part, tls, diagnostics);
}

std::shared_ptr<const SelectedRun> build_selected_run(Translation& t, Reader& reader, uint64_t run,
                                                      std::shared_ptr<const HostSelection> selection) {
  std::vector<PlannedHost> hosts;
  if (const auto list = t.service_runs.read(reader, run)) {
    for (const auto& ref : list->refs) {
      const auto& summary = t.summaries.read(reader, ref);
      if (summary->serving && selects(*selection, ref, *summary)) hosts.push_back({ref, summary->domains});
    }
  }
  auto selected = make_selected_run(run, std::move(hosts));
  selected->selection = std::move(selection);
  return selected;
}

std::shared_ptr<SelectedRun> make_selected_run(uint64_t id, std::vector<PlannedHost> hosts) {
  auto run = std::make_shared<SelectedRun>();
  run->id = id;
  for (size_t i = 0; i < hosts.size(); ++i) {
    run->hash = base::hash_combine(run->hash, hash_host(hosts[i].virtual_service));
    const size_t first = run->domains.size();
    for (const auto& domain : hosts[i].domains) {
      run->hash = base::hash_combine(run->hash, base::hash_bytes(domain));
      const uint64_t name = base::hash_bytes(has_upper_case(domain) ? lower_case(domain) : domain);
      const auto own = run->domains.begin() + static_cast<std::ptrdiff_t>(first);
      const std::pair<uint64_t, size_t> claim{name, i};
      if (std::find(own, run->domains.end(), claim) == run->domains.end()) run->domains.push_back(claim);
    }
  }
  run->hosts = std::make_shared<const std::vector<PlannedHost>>(std::move(hosts));
  return run;
}

}  // namespace solder::engine

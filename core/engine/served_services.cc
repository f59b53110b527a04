#include "core/engine/served_services.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace solder::engine {

namespace {

bool about_what_is_missing(const model::Diagnostic& problem) {
  return problem.reason == "UpstreamNotFound" || problem.reason == "UpstreamGroupNotFound";
}

// Adds `step` for each virtual service of the plan; runs of hosts that the other one has as well are left out.
void count(const GatewayPlan* plan, const GatewayPlan* other, int step, std::map<model::ObjectRef, int>& changes) {
  if (plan == nullptr) return;
  std::unordered_set<const PlannedRun*> known;
  if (other != nullptr) {
    for (const PlannedPart& part : other->parts) {
      for (const auto& run : part.runs) known.insert(run.get());
    }
  }
  // Those that lost all their domains count too: somebody meant to serve them.
  for (const auto& ref : plan->conflicted) changes[ref] += step;
  for (const PlannedPart& part : plan->parts) {
    for (const auto& run : part.runs) {
      if (known.count(run.get()) != 0) continue;
      for (const PlannedHost& host : *run->hosts) changes[host.virtual_service] += step;
    }
  }
}

}  // namespace

std::vector<model::ObjectRef> ServedServices::update(const std::vector<model::ObjectRef>& gateways,
                                                     const Memo<model::ObjectRef, GatewayPlan>& plans) {
  std::map<model::ObjectRef, int> changes;
  for (const model::ObjectRef& gateway : gateways) {
    auto now = plans.peek(gateway);
    auto& before = plans_[gateway];
    if (now == before) continue;
    count(before.get(), now.get(), -1, changes);
    count(now.get(), before.get(), 1, changes);
    before = std::move(now);
  }
  std::erase_if(plans_, [](const auto& each) { return each.second == nullptr; });
  std::vector<model::ObjectRef> changed;
  for (const auto& [ref, change] : changes) {
    int& parts = served_[ref];
    const bool was = parts > 0;
    parts += change;
    if (was != (parts > 0)) changed.push_back(ref);
    if (parts == 0) served_.erase(ref);
  }
  return changed;
}

model::Diagnostics ServedServices::tell(const model::ObjectRef& service, const model::Diagnostics& found) const {
  model::Diagnostics told = found;
  if (served_.count(service) != 0) return told;
  for (auto& problem : told) {
    if (about_what_is_missing(problem)) problem.severity = std::min(problem.severity, model::Severity::kInfo);
  }
  return told;
}

}  // namespace solder::engine

#include "core/engine/served_services.h"

#include <algorithm>
#include <iterator>

namespace solder::engine {

namespace {

bool about_what_is_missing(const model::Diagnostic& problem) {
  return problem.reason == "UpstreamNotFound" || problem.reason == "UpstreamGroupNotFound";
}

}  // namespace

std::vector<model::ObjectRef> ServedServices::update(const Memo<model::ObjectRef, GatewayPlan>& plans) {
  std::set<model::ObjectRef> served;
  plans.for_each([&](const auto&, const GatewayPlan& plan) {
    // Those that lost all their domains count too: somebody meant to serve them.
    served.insert(plan.conflicted.begin(), plan.conflicted.end());
    for (const PlannedPart& part : plan.parts) {
      for (const PlannedHost& host : part.hosts) served.insert(host.virtual_service);
    }
  });
  std::vector<model::ObjectRef> changed;
  std::set_symmetric_difference(served_.begin(), served_.end(), served.begin(), served.end(),
                                std::back_inserter(changed));
  served_ = std::move(served);
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

#include "core/engine/domain_index.h"

#include <algorithm>
#include <iterator>

#include "core/base/hash.h"
#include "core/engine/wildcard_domains.h"

namespace solder::engine {

void DomainIndex::count(const SelectedRun& run, int step) {
  for (const auto& [domain, host] : run.domains) {
    const auto at = claims_.try_emplace(domain, 0).first;
    at->second += step;
    if (at->second > 1) {
      shared_.insert(domain);
    } else {
      shared_.erase(domain);
      if (at->second == 0) claims_.erase(at);
    }
  }
}

void DomainIndex::update(const SelectedRuns& runs) {
  // Mostly a few neighbours differ.
  const auto first = std::mismatch(runs_.begin(), runs_.end(), runs.begin(), runs.end());
  const auto last = std::mismatch(runs_.rbegin(), std::make_reverse_iterator(first.first), runs.rbegin(),
                                  std::make_reverse_iterator(first.second));
  for (auto at = first.first; at != last.first.base(); ++at) count(**at, -1);
  for (auto at = first.second; at != last.second.base(); ++at) count(**at, 1);
  runs_ = runs;
}

// Two domains may have one hash: what they are is looked at here.
DomainIndex::Claims DomainIndex::shared() const {
  Claims claims;
  if (shared_.empty()) return claims;
  for (size_t run = 0; run < runs_.size(); ++run) {
    for (const auto& [hash, host] : runs_[run]->domains) {
      if (shared_.count(hash) == 0) continue;
      const Claimant claimant{run, host};
      for (const auto& domain : (*runs_[run]->hosts)[host].domains) {
        std::string lowered = lower_case(domain);
        if (base::hash_bytes(lowered) != hash) continue;
        auto& claimants = claims[std::move(lowered)];
        if (claimants.empty() || claimants.back() != claimant) claimants.push_back(claimant);
      }
    }
  }
  std::erase_if(claims, [](const auto& each) { return each.second.size() < 2; });
  return claims;
}

}  // namespace solder::engine

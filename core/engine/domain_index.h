// Which domains stand more than once among the hosts of a gateway's part. Kept from one plan of the gateway to the
// next, so that a change costs the runs that changed. One thread. Tested by tests/unit/engine/domain_index_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/engine/host_selection.h"

namespace solder::engine {

// A host by its place.
struct Claimant {
  size_t run = 0;
  size_t host = 0;

  auto operator<=>(const Claimant&) const = default;
};

class DomainIndex {
 public:
  // By domain in lower case, those that claim it; only of domains that several claim.
  using Claims = std::map<std::string, std::vector<Claimant>, std::less<>>;

  // From now on of these runs.
  void update(const SelectedRuns& runs);
  [[nodiscard]] Claims shared() const;

 private:
  void count(const SelectedRun& run, int step);

  SelectedRuns runs_;
  std::unordered_map<uint64_t, int> claims_;  // by the domain's hash
  std::unordered_set<uint64_t> shared_;
};

}  // namespace solder::engine

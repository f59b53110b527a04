// All virtual services, in Gloo's order and in runs of neighbours, for those that select among them. Which ones stand
// together is decided by their names alone: one that comes or goes is another run, not another world, and a fresh
// start finds the same runs. One thread. Tested by tests/unit/engine/service_runs_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/engine/translation.h"

namespace solder::engine {

class ServiceRuns {
 public:
  using Name = std::pair<std::string, model::ObjectRef>;
  // What Gloo sorts by.
  static Name name_of(const model::ObjectRef& ref) { return {ref.ns + "." + ref.name, ref}; }

  void set(const model::ObjectRef& ref, bool present) { pending_[name_of(ref)] = present; }
  // Tells what was set since.
  void publish(Inputs<int, RunList>& list, Inputs<uint64_t, RefList>& runs);

 private:
  struct Entry {
    uint64_t hash;
    std::shared_ptr<const Name> name;
  };

  void take_pending();

  std::vector<Entry> entries_;                    // sorted
  std::map<Name, bool> pending_;                  // what is to be there, and what not
  std::unordered_map<uint64_t, uint64_t> known_;  // of each run that was told, the hash of its names
};

}  // namespace solder::engine

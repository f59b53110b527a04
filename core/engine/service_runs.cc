#include "core/engine/service_runs.h"

#include <algorithm>
#include <iterator>

#include "core/engine/host_run.h"

namespace solder::engine {

// Costs a walk over what is there, which looks at names only where something comes or goes.
void ServiceRuns::take_pending() {
  std::vector<Entry> next;
  next.reserve(entries_.size() + pending_.size());
  auto at = entries_.begin();
  for (const auto& [name, present] : pending_) {
    const auto place = std::lower_bound(at, entries_.end(), name,
                                        [](const Entry& entry, const Name& wanted) { return *entry.name < wanted; });
    next.insert(next.end(), std::make_move_iterator(at), std::make_move_iterator(place));
    const bool known = place != entries_.end() && *place->name == name;
    at = known ? std::next(place) : place;
    if (present) next.push_back({hash_host(name.second), std::make_shared<const Name>(name)});
  }
  next.insert(next.end(), std::make_move_iterator(at), std::make_move_iterator(entries_.end()));
  entries_ = std::move(next);
  pending_.clear();
}

void ServiceRuns::publish(Inputs<int, RunList>& list, Inputs<uint64_t, RefList>& runs) {
  if (pending_.empty()) return;
  take_pending();
  auto ids = std::make_shared<RunList>();
  uint64_t all = 0;
  std::unordered_map<uint64_t, uint64_t> gone = std::move(known_);
  known_ = {};
  const auto hash_at = [&](size_t i) { return entries_[i].hash; };
  for (size_t first = 0; first < entries_.size();) {
    const size_t end = run_end(first, entries_.size(), hash_at);
    const uint64_t id = hash_at(first);
    uint64_t names = 0;
    for (size_t i = first; i < end; ++i) names = base::hash_combine(names, hash_at(i));
    ids->ids.push_back(id);
    all = base::hash_combine(all, id);
    known_[id] = names;
    const auto before = gone.find(id);
    if (before == gone.end() || before->second != names) {
      auto refs = std::make_shared<RefList>();
      for (size_t i = first; i < end; ++i) refs->refs.push_back(entries_[i].name->second);
      runs.set(id, std::move(refs), names);
    }
    if (before != gone.end()) gone.erase(before);
    first = end;
  }
  for (const auto& [id, names] : gone) runs.set(id, nullptr, 0);
  list.set(0, std::move(ids), all);
}

}  // namespace solder::engine

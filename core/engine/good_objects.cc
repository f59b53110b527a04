#include "core/engine/good_objects.h"

#include <memory>
#include <utility>

#include "core/engine/object_steps.h"

namespace solder::engine {

namespace {

template <typename T>
bool ok(const std::shared_ptr<const T>& result) {
  return result && result->ok;
}

}  // namespace

bool is_good(Translation& t, const model::ObjectRef& ref) {
  if (ref.kind == "Settings") return ok(t.settings.peek(0));
  bool good = false;
  with_step(t, ref, [&](const auto& family, const auto& key) { good = ok(family.peek(key)); });
  return good;
}

std::vector<model::ObjectRef> ConflictingObjects::update(const Translation& t, const Touched& touched) {
  std::vector<model::ObjectRef> changed;
  for (const auto& gateway : touched.gateways) {
    const auto plan = t.plans.peek(gateway);
    set("plan " + to_string(gateway), plan ? plan->conflicted : std::set<model::ObjectRef>(), changed);
  }
  for (const auto& gateway : touched.listeners) {
    const auto listener = t.listeners.peek(gateway);
    std::set<model::ObjectRef> refused;
    if (listener) refused = listener->refused_chains;
    if (listener && !listener->ok) refused.insert(gateway);
    set("listener " + to_string(gateway), std::move(refused), changed);
  }
  for (const auto& name : touched.proxies) {
    const auto proxy = t.proxies.peek(name);
    set("proxy " + name, proxy ? proxy->refused : std::set<model::ObjectRef>(), changed);
  }
  return changed;
}

void ConflictingObjects::set(const std::string& source, std::set<model::ObjectRef> now,
                             std::vector<model::ObjectRef>& changed) {
  const auto known = said_.find(source);
  if (known == said_.end() ? now.empty() : known->second == now) return;
  if (known != said_.end()) {
    for (const auto& ref : known->second) {
      const auto count = counts_.find(ref);
      if (--count->second == 0) counts_.erase(count);
      changed.push_back(ref);
    }
  }
  for (const auto& ref : now) {
    ++counts_[ref];
    changed.push_back(ref);
  }
  if (now.empty()) {
    said_.erase(known);
  } else {
    said_[source] = std::move(now);
  }
}

}  // namespace solder::engine

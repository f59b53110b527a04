#include "core/engine/good_objects.h"

#include <memory>

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

std::set<model::ObjectRef> conflicting_objects(const Translation& t) {
  std::set<model::ObjectRef> conflicted;
  t.plans.for_each(
      [&](const auto&, const GatewayPlan& plan) { conflicted.insert(plan.conflicted.begin(), plan.conflicted.end()); });
  t.listeners.for_each([&](const auto& gateway, const ListenerResult& listener) {
    if (!listener.ok) conflicted.insert(gateway);
    conflicted.insert(listener.refused_chains.begin(), listener.refused_chains.end());
  });
  t.proxies.for_each(
      [&](const auto&, const ProxyResult& proxy) { conflicted.insert(proxy.refused.begin(), proxy.refused.end()); });
  return conflicted;
}

}  // namespace solder::engine

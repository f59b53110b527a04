#include "core/xds/stream_schedule.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace solder::xds {
namespace {

// A listener that goes over to scopes chooses at once from those that the client has, so they go before it.
constexpr std::array kOrder{ResourceType::kSecret,          ResourceType::kCluster,     ResourceType::kEndpoint,
                            ResourceType::kExtensionConfig, ResourceType::kScopedRoute, ResourceType::kListener,
                            ResourceType::kRoute,           ResourceType::kVirtualHost};
// What referred to something goes before it.
constexpr std::array kRemovalOrder{ResourceType::kScopedRoute,    ResourceType::kVirtualHost, ResourceType::kRoute,
                                   ResourceType::kCluster,        ResourceType::kEndpoint,    ResourceType::kSecret,
                                   ResourceType::kExtensionConfig};
// A client that refuses keeps what the refused configuration would have replaced, and so needs what that refers to. So
// many removals are held back for it; beyond, memory matters more.
constexpr size_t kHeldForRefusal = 10'000;

using Types = std::initializer_list<ResourceType>;

TypeSlot& of(TypeSlots& slots, ResourceType type) { return slots[static_cast<size_t>(type)]; }

// What an update of `type` may refer to.
Types needs(ResourceType type) {
  static constexpr Types kForFilters{ResourceType::kSecret, ResourceType::kCluster, ResourceType::kEndpoint};
  static constexpr Types kForTraffic{ResourceType::kSecret, ResourceType::kCluster, ResourceType::kEndpoint,
                                     ResourceType::kExtensionConfig};
  switch (type) {
    case ResourceType::kExtensionConfig:
      return kForFilters;
    case ResourceType::kListener:
    case ResourceType::kScopedRoute:
    case ResourceType::kRoute:
    case ResourceType::kVirtualHost:
      return kForTraffic;
    default:
      return {};
  }
}

// What may refer to a resource of `type`.
Types needed_by(ResourceType type) {
  static constexpr Types kListeners{ResourceType::kListener};
  // A listener that gives up scopes serves on with them until it has its route configuration.
  static constexpr Types kListenersAndRoutes{ResourceType::kListener, ResourceType::kRoute};
  static constexpr Types kTraffic{ResourceType::kListener, ResourceType::kScopedRoute, ResourceType::kRoute,
                                  ResourceType::kVirtualHost};
  static constexpr Types kTrafficAndClusters{ResourceType::kCluster, ResourceType::kListener,
                                             ResourceType::kScopedRoute, ResourceType::kRoute,
                                             ResourceType::kVirtualHost};
  switch (type) {
    case ResourceType::kScopedRoute:
    case ResourceType::kVirtualHost:
      return kListenersAndRoutes;
    case ResourceType::kRoute:
      return kListeners;
    case ResourceType::kCluster:
    case ResourceType::kExtensionConfig:
      return kTraffic;
    case ResourceType::kEndpoint:
    case ResourceType::kSecret:
      return kTrafficAndClusters;
    default:
      return {};
  }
}

}  // namespace

std::optional<Choice> StreamSchedule::next(TypeSlots& slots, Clock::time_point now) {
  wake_at_.reset();
  if (auto choice = next_answer(slots)) return choice;
  if (auto choice = next_update(slots, now)) return choice;
  return next_removal(slots, now);
}

std::optional<Choice> StreamSchedule::next_answer(TypeSlots& slots) const {
  for (const auto type : kOrder) {
    auto& slot = of(slots, type);
    if (!slot.subscription || !slot.subscription->due().answer) continue;
    return Choice{type, Take::kAnswer, false};
  }
  return std::nullopt;
}

std::optional<Choice> StreamSchedule::next_update(TypeSlots& slots, Clock::time_point now) {
  for (const auto type : kOrder) {
    auto& slot = of(slots, type);
    if (!slot.subscription) continue;
    const Due& due = slot.subscription->due();
    // Nothing refers to a listener, and one that goes may hold the port of one that comes: both in one response.
    const bool removes = type == ResourceType::kListener && due.removals != 0;
    const bool drained = drained_is_due(slots, slot, now);
    if (!due.update && !removes && !drained) {
      slot.update_since.reset();
      continue;
    }
    if (!slot.update_since) slot.update_since = now;
    if (!may_update(type, slots, now)) continue;
    bool overdue = false;
    const bool with_removals = removes || (due.removals != 0 && may_remove(type, slots, now, overdue));
    if (with_removals) return Choice{type, Take::kUpdateAndRemovals, overdue};
    if (!drained) return Choice{type, Take::kUpdate, overdue};
    slot.drained = 0;  // what comes after it waits anew
    return Choice{type, Take::kUpdateAndDrained, overdue};
  }
  return std::nullopt;
}

std::optional<Choice> StreamSchedule::next_removal(TypeSlots& slots, Clock::time_point now) {
  for (const auto type : kRemovalOrder) {
    auto& slot = of(slots, type);
    if (!slot.subscription || slot.subscription->due().removals == 0) {
      slot.removal_since.reset();
      continue;
    }
    bool overdue = false;
    if (!slot.removal_since) slot.removal_since = now;
    if (may_remove(type, slots, now, overdue)) return Choice{type, Take::kUpdateAndRemovals, overdue};
  }
  return std::nullopt;
}

bool StreamSchedule::may_update(ResourceType type, TypeSlots& slots, Clock::time_point now) {
  auto& slot = of(slots, type);
  if (open(slot, now)) return lapsed(slot.sent_at, times_.acknowledge_within, now);
  if (type == ResourceType::kListener && !routes_are_there(slots)) {
    return lapsed(*slot.update_since, times_.hold_within, now);
  }
  for (const auto needed : needs(type)) {
    auto& other = of(slots, needed);
    if (!other.subscription) continue;
    const bool on_its_way = open(other, now) && other.holds_others;
    const bool still_to_send = other.subscription->due().update && needed != ResourceType::kEndpoint;
    if (on_its_way || still_to_send) return lapsed(*slot.update_since, times_.hold_within, now);
  }
  return true;
}

// A listener that goes over to scopes, or gives them up, goes by what the client has of them, at once.
bool StreamSchedule::routes_are_there(TypeSlots& slots) {
  const auto& scopes = of(slots, ResourceType::kScopedRoute);
  const auto& routes = of(slots, ResourceType::kRoute);
  if (scopes.subscription && scopes.subscription->due().update) return false;
  return !routes.subscription || !routes.subscription->due().before_listeners;
}

bool StreamSchedule::drained_is_due(TypeSlots& slots, TypeSlot& slot, Clock::time_point now) {
  const uint64_t drained = slot.subscription->due().drained;
  const uint64_t before = std::exchange(slot.drained, drained);
  if (drained == 0) return false;
  if (before == 0) slot.drained_since = now;
  if (drained != before) slot.drained_changed_at = now;
  // A client that did not take the listener with scopes serves by what it has; a search for what it refuses counts on
  // all that it tries being sent.
  const auto& listeners = of(slots, ResourceType::kListener);
  if (!listeners.refused.empty() || open(listeners, now)) return true;
  if (listeners.subscription && listeners.subscription->due().update) return true;
  if (slot.trace && slot.trace->searching()) return true;
  const auto goes = [&](ResourceType type) {
    const auto& other = of(slots, type);
    return other.subscription && other.subscription->due().removals != 0;
  };
  const Types referred = needs(ResourceType::kRoute);
  return std::any_of(referred.begin(), referred.end(), goes) ||
         lapsed(slot.drained_changed_at, times_.drained_after_rest, now) ||
         lapsed(slot.drained_since, times_.drained_within, now);
}

bool StreamSchedule::may_remove(ResourceType type, TypeSlots& slots, Clock::time_point now, bool& overdue) {
  auto& slot = of(slots, type);
  if (!slot.removal_since) slot.removal_since = now;
  if (slot.subscription->resumed() && !settled(slots, now)) return false;
  if (open(slot, now)) return lapsed(slot.sent_at, times_.acknowledge_within, now);
  for (const auto user : needed_by(type)) {
    auto& other = of(slots, user);
    if (!other.subscription) continue;
    const Due& due = other.subscription->due();
    if (!other.refused.empty() && slot.subscription->due().removals <= kHeldForRefusal) return false;
    const bool idle = type == ResourceType::kScopedRoute ? due.nothing_but_drained() : due.nothing();
    const bool waits_for_client = open(other, now);
    if (idle && !waits_for_client) {
      overdue = overdue || !other.in_flight.empty();
      continue;
    }
    if (waits_for_client) lapsed(other.sent_at, times_.acknowledge_within, now);
    // Routes that never rest, though each is acknowledged, hold a removal back for twice as long.
    if (!lapsed(*slot.removal_since, 2 * times_.acknowledge_within, now)) return false;
  }
  return true;
}

bool StreamSchedule::settled(const TypeSlots& slots, Clock::time_point now) {
  if (!aggregated_) return true;
  const auto asked = [&](ResourceType type) { return slots[static_cast<size_t>(type)].subscription != nullptr; };
  if (asked(ResourceType::kListener) && asked(ResourceType::kRoute)) return true;
  return lapsed(started_at_, times_.settle_within, now);
}

bool StreamSchedule::open(const TypeSlot& slot, Clock::time_point now) const {
  return !slot.in_flight.empty() && now - slot.sent_at < times_.acknowledge_within;
}

bool StreamSchedule::lapsed(Clock::time_point since, std::chrono::milliseconds patience, Clock::time_point now) {
  const auto end = since + patience;
  if (now >= end) return true;
  wake_at_ = wake_at_ ? std::min(*wake_at_, end) : end;
  return false;
}

}  // namespace solder::xds

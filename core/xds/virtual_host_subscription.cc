#include "core/xds/virtual_host_subscription.h"

#include <algorithm>
#include <utility>

#include "core/xds/virtual_host_names.h"
#include "core/xds/withheld.h"

namespace solder::xds {
namespace {}  // namespace

void VirtualHostSubscription::start(const DiscoveryRequest& request) {
  std::vector<ResourcePtr> claims;
  for (const auto& [name, version] : request.initial_versions) {
    const uint64_t hash = claimed_version(version);
    if (hash == kAbsentVersion) {
      keep_absent(name);
    } else {
      claims.push_back(make_resource(name, {}, hash));
    }
  }
  sent_ = ResourceSet(std::move(claims));
  has_ = sent_;
  resumed_ = !sent_.empty();
  wildcard_ =
      request.names.empty() || std::find(request.names.begin(), request.names.end(), kWildcard) != request.names.end();
  answer_all_ = wildcard_ && !resumed_;
  for (const auto& name : request.names) {
    if (name == kWildcard) continue;
    if (sent_.find(name)) {
      named_.insert(name);
    } else if (absent_.count(name) == 0) {
      ask(name);
    }
  }
  compare_all();
}

void VirtualHostSubscription::change(const DiscoveryRequest& request) {
  // A name in both lists is subscribed: the client lost what it had and wants it again.
  for (const auto& name : request.unsubscribe) unsubscribe(name);
  for (const auto& name : request.names) subscribe(name);
  if (!request.names.empty() || !request.unsubscribe.empty()) difference_.reset();
}

void VirtualHostSubscription::subscribe(const std::string& name) {
  if (name != kWildcard) return ask(name);
  if (std::exchange(wildcard_, true)) return;
  answer_all_ = true;
  compare_all();
}

void VirtualHostSubscription::ask(const std::string& name) {
  if (asked_cost_ + name_cost(name) > kMostAsked || !asked_.insert(name).second) return;
  asked_cost_ += name_cost(name);
}

void VirtualHostSubscription::unsubscribe(const std::string& name) {
  if (name == kWildcard) return leave_wildcard();
  if (asked_.erase(name) != 0) asked_cost_ -= name_cost(name);
  forget_absent(name);
  if (named_.erase(name) == 0) return;
  sent_ = sent_.without(name);
  has_ = has_.without(name);
  // The client dropped it, but a wildcard still covers it.
  if (world_ && is_for_all(world_->find(name))) ask(name);
}

void VirtualHostSubscription::leave_wildcard() {
  if (!std::exchange(wildcard_, false)) return;
  answer_all_ = false;
  const ResourceSet all = sent_;
  for (const auto& resource : all) {
    if (named_.count(resource->name) != 0) continue;
    sent_ = sent_.without(resource->name);
    has_ = has_.without(resource->name);
  }
}

void VirtualHostSubscription::compare_all() {
  difference_.reset();
  if (!world_) return;
  for (const auto& resource : sent_) pending_.insert(resource->name);
  pending_.insert(absent_.begin(), absent_.end());
  bound_absent();
  if (!wildcard_) return;
  for (const auto& resource : *world_) {
    if (resource->on_demand) continue;
    if (resumed_ && is_virtual_host_mark(resource->name)) {
      sent_ = sent_.with(resource);  // its groups are open
    } else {
      pending_.insert(resource->name);
    }
  }
}

void VirtualHostSubscription::set_world(const ResourceSet& world) {
  if (world_ && world_->same(world)) return;
  difference_.reset();
  if (!world_) {
    world_ = world;
    return compare_all();
  }
  ResourceSet::compare(*world_, world, [&](const ResourcePtr& before, const ResourcePtr& after) {
    const std::string& name = (before ? before : after)->name;
    if (forgot_ && !before && after->on_demand) named_.insert(name);
    if (wants(name, after)) pending_.insert(name);
  });
  world_ = world;
}

void VirtualHostSubscription::send_again(const std::string& group) {
  if (!world_ || !wildcard_ || !world_->find(virtual_host_mark(group))) return;
  for (const auto& resource : *world_) {
    if (resource->on_demand || group_of_virtual_host(resource->name) != group) continue;
    if (asked_.insert(resource->name).second) asked_cost_ += name_cost(resource->name);
  }
  difference_.reset();
}

bool VirtualHostSubscription::held_for_drain(const std::string& name) const {
  return !world_->find(virtual_host_mark(group_of_virtual_host(name)));
}

const VirtualHostSubscription::Difference& VirtualHostSubscription::difference() {
  if (difference_) return *difference_;
  difference_.emplace();
  if (!world_) return *difference_;
  for (auto at = pending_.begin(); at != pending_.end();) {
    const auto& now = world_->find(*at);
    const auto& sent = sent_.find(*at);
    const bool changed = now && !is_withheld(now) && wants(*at, now) && (!sent || sent->hash != now->hash);
    const bool removed = sent && !now;
    if (!changed && !removed) {
      at = pending_.erase(at);
      continue;
    }
    if (changed) difference_->changed.push_back(now);
    if (removed && !held_for_drain(*at)) difference_->removed.push_back(*at);
    ++at;
  }
  difference_->due.answer = answer_all_ || !asked_.empty();
  difference_->due.update = !difference_->changed.empty();
  difference_->due.removals = difference_->removed.size();
  return *difference_;
}

const Due& VirtualHostSubscription::due() { return difference().due; }

void VirtualHostSubscription::send(const ResourcePtr& resource, Draft& out) {
  if (absent_.count(resource->name) != 0) named_.insert(resource->name);
  forget_absent(resource->name);
  pending_.erase(resource->name);
  sent_ = sent_.with(resource);
  if (is_virtual_host_mark(resource->name)) {
    out.removed.push_back(resource->name);
  } else {
    out.resources.push_back(resource);
  }
}

void VirtualHostSubscription::forget(const std::string& name, Draft& out) {
  out.removed.push_back(name);
  pending_.erase(name);
  sent_ = sent_.without(name);
  if (named_.erase(name) != 0) remember_absent(name);
}

void VirtualHostSubscription::remember_absent(const std::string& name) {
  if (absent_cost_ + name_cost(name) <= kMostAbsent) return keep_absent(name);
  forgot_ = forgot_ || absent_.count(name) == 0;
}

void VirtualHostSubscription::keep_absent(const std::string& name) {
  if (absent_.insert(name).second) absent_cost_ += name_cost(name);
}

void VirtualHostSubscription::forget_absent(const std::string& name) {
  if (absent_.erase(name) == 0) return;
  absent_cost_ -= name_cost(name);
}

void VirtualHostSubscription::bound_absent() {
  for (auto at = absent_.begin(); at != absent_.end() && absent_cost_ > kMostAbsent;) {
    if (world_->find(*at)) {
      ++at;
      continue;
    }
    forgot_ = true;
    absent_cost_ -= name_cost(*at);
    pending_.erase(*at);
    at = absent_.erase(at);
  }
}

void VirtualHostSubscription::answer(const std::string& name, Draft& out) {
  const auto& resource = world_->find(name);
  if (resource && !is_withheld(resource)) {
    if (!is_for_all(resource)) named_.insert(name);
    return send(resource, out);
  }
  if (!resource && sent_.find(name) && !held_for_drain(name)) {
    forget(name, out);  // and the answer comes next: one response cannot hold both
    return ask(name);
  }
  out.resources.push_back(make_absent(name));
  if (!sent_.find(name)) remember_absent(name);
}

Outgoing VirtualHostSubscription::take(Take what) {
  difference();
  const Difference now = *std::exchange(difference_, std::nullopt);
  Draft out;
  std::set<std::string> asked = std::exchange(asked_, {});
  asked_cost_ = 0;
  if (what != Take::kAnswer || answer_all_) {
    for (const auto& resource : now.changed) {
      if (asked.erase(resource->name) != 0 && !is_for_all(resource)) named_.insert(resource->name);
      send(resource, out);
    }
    answer_all_ = false;
  }
  for (const auto& name : asked) answer(name, out);
  if (what == Take::kUpdateAndRemovals) {
    for (const auto& name : now.removed) {
      if (asked.count(name) == 0) forget(name, out);
    }
  }
  auto content = make_content(std::move(out.resources), std::move(out.removed));
  return {std::move(content), {}, world_->hash(), sent_};
}

void VirtualHostSubscription::accepted(const Answered& response) {
  if (response.after) {
    has_ = *response.after;
    return;
  }
  for (const auto& resource : response.content.resources) {
    if (!is_absent(resource)) has_ = has_.with(resource);
  }
  for (const auto& name : response.content.removed) has_ = has_.without(name);
}

void VirtualHostSubscription::refused(const Answered& response) {
  const auto take_back = [&](const std::string& name, bool was_sent) {
    if (const auto& had = has_.find(name)) {
      sent_ = sent_.with(had);
    } else if (was_sent) {
      // Envoy takes what the response holds for other groups: should it go, the client is told.
      sent_ = sent_.with(make_withheld(name));
    }
    pending_.insert(name);
  };
  for (const auto& resource : response.content.resources) {
    if (!is_absent(resource)) take_back(resource->name, true);
  }
  // One that only removes is not repeated: there is nothing to find in it.
  if (!response.content.resources.empty()) {
    for (const auto& name : response.content.removed) take_back(name, false);
  }
  difference_.reset();
}

std::vector<std::string> VirtualHostSubscription::behind(size_t most) const {
  std::set<std::string> names;
  if (!world_) return {};
  const auto compare = [&](const std::string& name) {
    const auto& has = has_.find(name);
    const auto& now = world_->find(name);
    if (is_virtual_host_mark(name) || (now ? is_withheld(now) || (has && has->hash == now->hash) : !has)) return;
    if (names.size() < most) names.insert(name);
  };
  for (const auto& resource : has_) compare(resource->name);
  for (const auto& resource : sent_) compare(resource->name);
  for (const auto& name : pending_) {
    if (wants(name, world_->find(name))) compare(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace solder::xds

#include "core/xds/delta_subscription.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/hash.h"
#include "core/xds/scope_names.h"
#include "core/xds/withheld.h"

namespace solder::xds {
namespace {

constexpr size_t kMany = 16;  // names that are worth a list

ResourceSet only(const ResourceSet& set, const NameSet& names) {
  ResourceSet out;
  names.each([&](const std::string& name) {
    if (const auto& resource = set.find(name)) out = out.with(resource);
  });
  return out;
}

}  // namespace

void DeltaSubscription::start(const DiscoveryRequest& request) {
  std::vector<ResourcePtr> claims;
  for (const auto& [name, version] : request.initial_versions) {
    claims.push_back(make_resource(name, {}, claimed_version(version)));
  }
  sent_ = ResourceSet(std::move(claims));
  has_ = sent_;
  resumed_ = !sent_.empty();
  claims_ = resumed_;
  const bool all = request.names.empty() && has_wildcard(type_);
  const bool star = std::find(request.names.begin(), request.names.end(), kWildcard) != request.names.end();
  wildcard_ = all || star;
  answer_all_ = wildcard_ && !resumed_;
  if (!resumed_ && (all || (!star && request.names.size() >= kMany))) return begin_fresh(request);
  for (const auto& name : request.names) {
    if (name == kWildcard) continue;
    if (names_.insert(name)) cost_ += name_cost(name);
    if (!sent_.find(name)) asked_.insert(name);
  }
  for (const auto& claim : sent_) {
    if (wildcard_ && !names_.contains(claim->name)) cost_ += name_cost(claim->name);
  }
  compare_all();
}

void DeltaSubscription::begin_fresh(const DiscoveryRequest& request) {
  fresh_ = true;
  difference_.reset();
  if (wildcard_) return;
  auto list = lists_ == nullptr ? std::make_shared<const NameList>(request.names) : lists_->intern(request.names);
  for (const auto& name : list->names()) cost_ += name_cost(name);
  names_.assign(std::move(list));
}

void DeltaSubscription::end_fresh() {
  if (!std::exchange(fresh_, false)) return;
  names_.each([&](const std::string& name) { asked_.insert(name); });
  compare_all();
}

void DeltaSubscription::change(const DiscoveryRequest& request) {
  if (!request.names.empty() || !request.unsubscribe.empty()) end_fresh();
  // A name in both lists is subscribed: the client lost what it had and wants it again.
  for (const auto& name : request.unsubscribe) unsubscribe(name);
  for (const auto& name : request.names) subscribe(name);
  if (!request.names.empty() || !request.unsubscribe.empty()) difference_.reset();
}

void DeltaSubscription::subscribe(const std::string& name) {
  if (name == kWildcard) {
    if (!wildcard_) enter_wildcard();
    return;
  }
  if (names_.insert(name)) {
    cost_ += name_cost(name);
    if (!wildcard_) {
      sent_ = sent_.without(name);
      has_ = has_.without(name);
    }
  }
  pending_.insert(name);
  asked_.insert(name);
}

void DeltaSubscription::unsubscribe(const std::string& name) {
  if (name == kWildcard) {
    if (wildcard_) leave_wildcard();
    return;
  }
  if (!names_.erase(name)) return;
  cost_ -= name_cost(name);
  asked_.erase(name);
  // The client dropped it, but a wildcard still covers it: say which of the two it is.
  if (wildcard_) asked_.insert(name);
}

void DeltaSubscription::enter_wildcard() {
  sent_ = only(sent_, names_);
  has_ = only(has_, names_);
  wildcard_ = true;
  answer_all_ = true;
  compare_all();
}

void DeltaSubscription::leave_wildcard() {
  wildcard_ = false;
  answer_all_ = false;
  std::erase_if(asked_, [&](const std::string& name) { return !names_.contains(name); });
  cost_ = 0;
  names_.each([&](const std::string& name) { cost_ += name_cost(name); });
  difference_.reset();
}

void DeltaSubscription::compare_all() {
  difference_.reset();
  if (!world_) return;
  if (!wildcard_) {
    pending_.clear();
    names_.each([&](const std::string& name) { pending_.insert(name); });
    recognize_claims();
    return;
  }
  ResourceSet::compare(sent_, *world_, [&](const ResourcePtr& before, const ResourcePtr& after) {
    pending_.insert((before ? before : after)->name);
  });
  recognize_claims();
}

void DeltaSubscription::recognize_claims() {
  if (!std::exchange(claims_, false)) return;
  ResourceSet known = *world_;
  for (const auto& name : pending_) {
    const auto& claim = sent_.find(name);
    const auto& now = world_->find(name);
    if (claim && now && claim->hash == now->hash) continue;
    known = claim ? known.with(claim) : known.without(name);
  }
  has_ = std::move(known);
}

void DeltaSubscription::set_world(const ResourceSet& world) {
  if (world_ && world_->same(world)) return;
  if (!world_ || fresh_) {
    world_ = world;
    difference_.reset();
    if (!fresh_) compare_all();
    return;
  }
  ResourceSet::compare(*world_, world, [&](const ResourcePtr& before, const ResourcePtr& after) {
    const std::string& name = (before ? before : after)->name;
    if (wants(name)) pending_.insert(name);
  });
  world_ = world;
  difference_.reset();
}

void DeltaSubscription::ask_route_use() {
  if (uses_) difference_.reset();
}

void DeltaSubscription::send_again(const std::string& name) {
  if (!wants(name) || !sent_.find(name)) return;
  asked_.insert(name);
  difference_.reset();
}

const DeltaSubscription::Difference& DeltaSubscription::difference() {
  if (difference_) return *difference_;
  difference_.emplace();
  if (!world_) return *difference_;
  if (fresh_) {
    difference_->due.answer = true;
    return *difference_;
  }
  for (auto at = pending_.begin(); at != pending_.end();) {
    const auto& now = world_->find(*at);
    const auto& sent = sent_.find(*at);
    if (is_withheld(now)) {
      at = pending_.erase(at);
      continue;
    }
    const bool changed = now && (!sent || sent->hash != now->hash);
    const bool removed = sent && !now && announces_removal(type_);
    if (removed && held_for_drain(*at)) {
      ++at;
      continue;
    }
    if (!wants(*at) || !(changed || removed)) {
      at = pending_.erase(at);
      continue;
    }
    if (changed) {
      const RouteUse route_use = sent ? use(*at) : RouteUse::kServing;
      (route_use == RouteUse::kDrained ? difference_->drained : difference_->changed).push_back(now);
      difference_->due.before_listeners |= route_use == RouteUse::kReturned;
    }
    if (removed) difference_->removed.push_back(*at);
    ++at;
  }
  difference_->due.answer = answer_all_ || !asked_.empty();
  difference_->due.update = !difference_->changed.empty();
  difference_->due.removals = difference_->removed.size();
  for (const auto& resource : difference_->drained) {
    difference_->due.drained = base::hash_combine(difference_->due.drained, resource->hash) | 1U;
  }
  return *difference_;
}

const Due& DeltaSubscription::due() { return difference().due; }

bool DeltaSubscription::held_for_drain(const std::string& name) const {
  return type_ == ResourceType::kScopedRoute && !world_->find(fallback_of(name));
}

RouteUse DeltaSubscription::use(const std::string& name) const { return uses_ ? uses_(name) : RouteUse::kServing; }

void DeltaSubscription::send(const ResourcePtr& resource, Draft& out) {
  const auto& sent = sent_.find(resource->name);
  if (sent && sent->hash != resource->hash) out.replaced.push_back(resource);
  out.resources.push_back(resource);
}

Outgoing DeltaSubscription::take_fresh() {
  Outgoing out;
  out.version = world_->hash();
  const NameListPtr& names = names_.base();
  out.content = answers_ == nullptr ? first_answer(names.get(), *world_) : answers_->get(names, *world_);
  fresh_ = false;
  answer_all_ = false;
  difference_.reset();
  settle();
  out.after = sent_;
  return out;
}

Outgoing DeltaSubscription::take(Take what) {
  if (fresh_) return take_fresh();
  difference();
  Difference now = *std::exchange(difference_, std::nullopt);
  if (what == Take::kUpdateAndDrained)
    std::move(now.drained.begin(), now.drained.end(), std::back_inserter(now.changed));
  Draft out;
  std::set<std::string> asked = std::move(asked_);
  asked_.clear();
  if (what != Take::kAnswer || answer_all_) {
    for (const auto& resource : now.changed) {
      asked.erase(resource->name);
      send(resource, out);
    }
    answer_all_ = false;
  }
  for (const auto& name : asked) {
    if (const auto& resource = world_->find(name); resource && !is_withheld(resource)) {
      send(resource, out);
    } else {
      forget(name, out);
    }
  }
  if (what == Take::kUpdateAndRemovals) {
    for (const auto& name : now.removed) {
      if (asked.count(name) == 0) forget(name, out);
    }
  }
  for (const auto& resource : out.resources) pending_.erase(resource->name);
  if (!pending_.empty()) {
    for (const auto& resource : out.resources) sent_ = sent_.with(resource);
  }
  settle();
  auto content = make_content(std::move(out.resources), std::move(out.removed));
  return {std::move(content), std::move(out.replaced), world_->hash(), sent_};
}

void DeltaSubscription::accepted(const Answered& response) {
  if (response.after) {
    has_ = *response.after;
    return;
  }
  for (const auto& resource : response.content.resources) has_ = has_.with(resource);
  for (const auto& name : response.content.removed) has_ = has_.without(name);
}

void DeltaSubscription::refused(const Answered& response) {
  const auto take_back = [&](const std::string& name, bool was_sent) {
    if (!wants(name)) return;
    if (const auto& had = has_.find(name)) {
      sent_ = sent_.with(had);
    } else if (was_sent) {
      // Envoy takes the good ones of the clusters and listeners that it refuses: should it go, the client is told.
      sent_ = sent_.with(make_withheld(name));
    }
    pending_.insert(name);
  };
  const auto& [resources, removed, hash] = response.content;
  for (const auto& resource : resources) take_back(resource->name, true);
  // One that only removes is not repeated: there is nothing to find in it.
  if (!resources.empty()) {
    for (const auto& name : removed) take_back(name, false);
  }
  difference_.reset();
}

std::vector<std::string> DeltaSubscription::behind(size_t most) const {
  std::vector<std::string> names;
  if (!world_) return names;
  const auto compare = [&](const std::string& name, const ResourcePtr& has, const ResourcePtr& now) {
    const bool same = has && now ? has->hash == now->hash || use(name) == RouteUse::kDrained : !now || is_withheld(now);
    if (!same && names.size() < most) names.push_back(name);
  };
  if (wildcard_) {
    ResourceSet::compare(has_, *world_, [&](const ResourcePtr& has, const ResourcePtr& now) {
      compare((has ? has : now)->name, has, now);
    });
  } else {
    names_.each([&](const std::string& name) { compare(name, has_.find(name), world_->find(name)); });
  }
  return names;
}

void DeltaSubscription::forget(const std::string& name, Draft& out) {
  out.removed.push_back(name);
  pending_.erase(name);
  sent_ = sent_.without(name);
}

void DeltaSubscription::settle() {
  if (pending_.empty()) sent_ = *world_;
}

}  // namespace solder::xds

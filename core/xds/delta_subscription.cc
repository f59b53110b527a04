#include "core/xds/delta_subscription.h"

#include <charconv>
#include <utility>

namespace solder::xds {
namespace {

constexpr uint64_t kAbsent = 0;
// Stands for a version that is not ours, so that it never equals a current one.
constexpr uint64_t kForeign = 1;
constexpr const char* kWildcard = "*";

uint64_t parse_version(const std::string& version) {
  uint64_t hash = 0;
  const char* end = version.data() + version.size();
  const auto [stop, error] = std::from_chars(version.data(), end, hash, 16);
  const bool ours = error == std::errc() && stop == end && version.size() == 16 && hash != kAbsent;
  return ours ? hash : kForeign;
}

}  // namespace

void DeltaSubscription::start(const DiscoveryRequest& request) {
  for (const auto& [name, version] : request.initial_versions) sent_[name] = parse_version(version);
  resumed_ = !sent_.empty();
  if (request.names.empty() && has_wildcard(type_)) {
    wildcard_ = true;
    answer_all_ = !resumed_;
  }
  for (const auto& name : request.names) {
    if (name == kWildcard) {
      wildcard_ = true;
      answer_all_ = !resumed_;
    } else if (sent_.count(name) != 0) {
      if (names_.insert(name).second) cost_ += name_cost(name);
    } else {
      subscribe(name);
    }
  }
  // Claims about resources that the client does not ask for are of no use to anybody.
  for (auto it = sent_.begin(); !wildcard_ && it != sent_.end();) {
    it = names_.count(it->first) != 0 ? std::next(it) : sent_.erase(it);
  }
  for (auto it = sent_.begin(); wildcard_ && it != sent_.end(); ++it) {
    if (names_.count(it->first) == 0) cost_ += name_cost(it->first);
  }
  difference_.reset();
}

void DeltaSubscription::change(const DiscoveryRequest& request) {
  // A name in both lists is subscribed: the client lost what it had and wants it again.
  for (const auto& name : request.unsubscribe) unsubscribe(name);
  for (const auto& name : request.names) subscribe(name);
  if (!request.names.empty() || !request.unsubscribe.empty()) difference_.reset();
}

void DeltaSubscription::subscribe(const std::string& name) {
  if (name == kWildcard) {
    answer_all_ = answer_all_ || !wildcard_;
    wildcard_ = true;
    return;
  }
  if (names_.insert(name).second) cost_ += name_cost(name);
  asked_.insert(name);
}

void DeltaSubscription::unsubscribe(const std::string& name) {
  if (name == kWildcard) {
    if (wildcard_) leave_wildcard();
    return;
  }
  if (names_.erase(name) == 0) return;
  cost_ -= name_cost(name);
  asked_.erase(name);
  if (wildcard_) {
    // The client dropped it, but the wildcard still covers it: say which of the two it is.
    asked_.insert(name);
  } else {
    sent_.erase(name);
  }
}

void DeltaSubscription::leave_wildcard() {
  wildcard_ = false;
  answer_all_ = false;
  for (auto it = sent_.begin(); it != sent_.end();) {
    it = names_.count(it->first) != 0 ? std::next(it) : sent_.erase(it);
  }
  for (auto it = asked_.begin(); it != asked_.end();) {
    it = names_.count(*it) != 0 ? std::next(it) : asked_.erase(it);
  }
  cost_ = 0;
  for (const auto& name : names_) cost_ += name_cost(name);
}

void DeltaSubscription::set_world(ResourceSetPtr world) {
  if (world == world_) return;
  world_ = std::move(world);
  difference_.reset();
}

void DeltaSubscription::send_again(const std::string& name) {
  const auto it = sent_.find(name);
  if (it == sent_.end() || it->second == kAbsent) return;
  asked_.insert(name);
  difference_.reset();
}

void DeltaSubscription::compare_all(Difference& difference) const {
  // Both are in order of name: one walk over the two.
  auto sent = sent_.begin();
  const auto drop = [&] {
    if (sent->second != kAbsent) difference.removed.push_back(sent->first);
    ++sent;
  };
  for (const auto& [name, resource] : world_->by_name) {
    while (sent != sent_.end() && sent->first < name) drop();
    const bool same_name = sent != sent_.end() && sent->first == name;
    if (!same_name || sent->second != resource->hash) difference.changed.push_back(resource);
    if (same_name) ++sent;
  }
  while (sent != sent_.end()) drop();
}

void DeltaSubscription::compare_named(Difference& difference) const {
  for (const auto& name : names_) {
    const auto found = world_->by_name.find(name);
    const auto sent = sent_.find(name);
    if (found == world_->by_name.end()) {
      if (sent != sent_.end() && sent->second != kAbsent) difference.removed.push_back(name);
    } else if (sent == sent_.end() || sent->second != found->second->hash) {
      difference.changed.push_back(found->second);
    }
  }
}

const DeltaSubscription::Difference& DeltaSubscription::difference() {
  if (difference_) return *difference_;
  difference_.emplace();
  if (!world_) return *difference_;
  if (wildcard_) {
    compare_all(*difference_);
  } else {
    compare_named(*difference_);
  }
  if (!announces_removal(type_)) difference_->removed.clear();
  difference_->due.answer = answer_all_ || !asked_.empty();
  difference_->due.update = !difference_->changed.empty();
  difference_->due.removals = difference_->removed.size();
  return *difference_;
}

const Due& DeltaSubscription::due() { return difference().due; }

void DeltaSubscription::send(const ResourcePtr& resource, Outgoing& out) {
  uint64_t& sent = sent_[resource->name];
  if (sent != kAbsent && sent != resource->hash) out.replaced.push_back(resource);
  sent = resource->hash;
  out.resources.push_back(resource);
}

Outgoing DeltaSubscription::take(Take what) {
  difference();
  const Difference now = *std::exchange(difference_, std::nullopt);
  Outgoing out;
  out.version = world_->hash;
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
    const auto found = world_->by_name.find(name);
    if (found != world_->by_name.end()) {
      send(found->second, out);
    } else {
      forget(name, out);
    }
  }
  if (what == Take::kUpdateAndRemovals) {
    for (const auto& name : now.removed) {
      if (asked.count(name) == 0) forget(name, out);
    }
  }
  difference_.reset();
  return out;
}

void DeltaSubscription::forget(const std::string& name, Outgoing& out) {
  out.removed.push_back(name);
  if (names_.count(name) != 0) {
    sent_[name] = kAbsent;
  } else {
    sent_.erase(name);
  }
}

}  // namespace solder::xds

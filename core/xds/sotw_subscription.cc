#include "core/xds/sotw_subscription.h"

#include <utility>

#include "core/base/hash.h"
#include "core/xds/set_hash.h"
#include "core/xds/withheld.h"

namespace solder::xds {
namespace {

template <typename Resources>
uint64_t hash_of(const Resources& resources) {
  SetHash hash;
  for (const auto& [name, resource] : resources) hash.add(name, resource->hash);
  return hash.value();
}

}  // namespace

void SotwSubscription::start(const DiscoveryRequest& request) {
  set_names(request.names);
  resumed_ = !request.version_info.empty();
  answer_all_ = whole_ && !resumed_;
  if (resumed_) {
    asked_.clear();
    claim_ = request.version_info;
    if (world_) believe_claim();
  }
}

void SotwSubscription::change(const DiscoveryRequest& request) { set_names(request.names); }

void SotwSubscription::set_names(const std::vector<std::string>& names) {
  const std::set<std::string> wanted_names(names.begin(), names.end());
  const bool wildcard = wanted_names.count(kWildcard) != 0 || (names.empty() && has_wildcard(type_) && !named_before_);
  named_before_ = named_before_ || !names.empty();
  if (wildcard == wildcard_ && wanted_names == names_) return;

  size_t cost = 0;
  for (const auto& name : wanted_names) {
    cost += name_cost(name);
    if (name != kWildcard && names_.count(name) == 0) asked_.insert(name);
  }
  // A name that the client gave up and asks for again later has to be sent again.
  if (!wildcard) {
    for (auto it = sent_.begin(); it != sent_.end();) {
      if (wanted_names.count(it->first) != 0) {
        ++it;
        continue;
      }
      has_ = has_.without(it->first);
      it = sent_.erase(it);
    }
  }
  for (auto it = asked_.begin(); it != asked_.end();) {
    it = wanted_names.count(*it) != 0 ? std::next(it) : asked_.erase(it);
  }
  answer_all_ = answer_all_ || (wildcard && !wildcard_);
  wildcard_ = wildcard;
  names_ = wanted_names;
  cost_ = cost;
  due_.reset();
}

void SotwSubscription::accepted(const Answered& response) {
  if (response.after) {
    has_ = *response.after;
    return;
  }
  for (const auto& resource : response.content.resources) has_ = has_.with(resource);
}

void SotwSubscription::refused(const Answered& response) {
  for (const auto& resource : response.content.resources) {
    if (const auto& had = has_.find(resource->name)) {
      sent_[resource->name] = had;
    } else {
      sent_.erase(resource->name);
    }
  }
  // The next response is a whole one again: its version claims everything, and of the refused one the client may have
  // taken nothing.
  repeat_all_ = true;
  due_.reset();
}

std::vector<std::string> SotwSubscription::behind(size_t most) const {
  std::vector<std::string> names;
  if (!world_) return names;
  each_wanted([&](const std::string& name, const ResourcePtr& now) {
    const auto& has = has_.find(name);
    if ((!has || has->hash != now->hash) && names.size() < most) names.push_back(name);
  });
  return names;
}

void SotwSubscription::set_world(const ResourceSet& world) {
  if (world_ && world_->same(world)) return;
  world_ = world;
  due_.reset();
  if (claim_) believe_claim();
}

void SotwSubscription::send_again(const std::string& name) {
  if (sent_.count(name) == 0) return;
  again_.insert(name);
  due_.reset();
}

template <typename Visit>
void SotwSubscription::each_wanted(Visit visit) const {
  if (wildcard_) {
    for (const auto& resource : *world_) {
      if (!is_withheld(resource)) visit(resource->name, resource);
    }
    return;
  }
  for (const auto& name : names_) {
    if (const auto& resource = world_->find(name); resource && !is_withheld(resource)) visit(name, resource);
  }
}

SotwSubscription::Resources SotwSubscription::wanted() const {
  Resources found;
  each_wanted(
      [&](const std::string& name, const ResourcePtr& resource) { found.emplace_hint(found.end(), name, resource); });
  return found;
}

void SotwSubscription::believe_claim() {
  Resources set = wanted();
  if (*claim_ == base::hash_text(hash_of(set))) {
    sent_ = std::move(set);
    has_ = *world_;
  } else {
    differs_ = true;
  }
  claim_.reset();
  due_.reset();
}

const Due& SotwSubscription::due() {
  if (due_) return *due_;
  due_.emplace();
  if (!world_) return *due_;
  size_t known = 0;
  each_wanted([&](const std::string& name, const ResourcePtr& resource) {
    const auto sent = sent_.find(name);
    if (sent != sent_.end()) ++known;
    if (sent == sent_.end() || sent->second->hash != resource->hash || again_.count(name) != 0) due_->update = true;
    if (asked_.count(name) != 0) due_->answer = true;
  });
  if (whole_) {
    due_->update = due_->update || differs_;
    due_->removals = sent_.size() - known;
    due_->answer = answer_all_ || !asked_.empty();
  }
  return *due_;
}

Outgoing SotwSubscription::take(Take what) {
  Resources set = wanted();
  for (const auto& [name, resource] : set) asked_.erase(name);
  due_.reset();
  answer_all_ = false;
  differs_ = false;
  if (!whole_) return take_lacking(set);
  asked_.clear();
  return take_whole(what, std::move(set));
}

Outgoing SotwSubscription::take_whole(Take what, Resources set) {
  Outgoing out;
  for (const auto& [name, resource] : set) {
    const auto sent = sent_.find(name);
    if (sent != sent_.end() && sent->second->hash != resource->hash) out.replaced.push_back(resource);
  }
  if (what != Take::kUpdateAndRemovals) set.insert(sent_.begin(), sent_.end());
  out.version = hash_of(set);
  std::vector<ResourcePtr> resources;
  resources.reserve(set.size());
  for (const auto& [name, resource] : set) resources.push_back(resource);
  out.after = out.version == world_->hash() ? *world_ : ResourceSet(resources);
  out.content = make_content(std::move(resources));
  sent_ = std::move(set);
  return out;
}

Outgoing SotwSubscription::take_lacking(const Resources& set) {
  Outgoing out;
  out.version = hash_of(set);
  std::vector<ResourcePtr> resources;
  for (const auto& [name, resource] : set) {
    ResourcePtr& sent = sent_[name];
    const bool changed = sent && sent->hash != resource->hash;
    if (sent && !changed && !repeat_all_ && again_.count(name) == 0) continue;
    if (changed) out.replaced.push_back(resource);
    sent = resource;
    resources.push_back(resource);
  }
  again_.clear();
  repeat_all_ = false;
  out.content = make_content(std::move(resources));
  return out;
}

}  // namespace solder::xds

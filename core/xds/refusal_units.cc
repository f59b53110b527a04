#include "core/xds/refusal_units.h"

#include <algorithm>
#include <utility>

#include "core/base/hash.h"
#include "core/xds/withheld.h"

namespace solder::xds {
namespace {

using Kind = UnitPiece::Kind;

// Of the head and of which parts there are in which order.
uint64_t hash_of_rest(const DividedResource& divided) {
  uint64_t hash = base::hash_combine(base::hash_bytes(divided.head), base::hash_bytes(divided.inner));
  for (const auto& part : divided.parts) hash = base::hash_combine(hash, base::hash_bytes(part.name));
  return hash;
}

class Collector {
 public:
  void add(const std::string& label, UnitPiece piece) {
    const auto [found, added] = index_.emplace(label, units_.size());
    if (added) units_.push_back({label, {}});
    units_[found->second].pieces.push_back(std::move(piece));
  }
  RefusalUnits finish() { return std::move(units_); }

 private:
  RefusalUnits units_;
  std::map<std::string, size_t> index_;
};

// A scope of one virtual host is that virtual host; a route configuration without any is still one.
bool is_one_object(ResourceType type, const DividedResource& now, const std::optional<DividedResource>& before) {
  if (type != ResourceType::kScopedRoute || now.parts.size() != 1) return false;
  return !before || (before->parts.size() == 1 && before->parts[0].name == now.parts[0].name);
}

void add_changes(const Resource& resource, const DividedResource& now, const std::optional<DividedResource>& before,
                 Collector& units) {
  for (const auto& part : now.parts) {
    const auto* old = before ? before->find(part.name) : nullptr;
    if (old != nullptr && old->bytes == part.bytes) continue;
    units.add(part.name, {Kind::kPart, resource.name, part.name, base::hash_bytes(part.bytes)});
  }
  if (!before) return;
  if (const uint64_t rest = hash_of_rest(now); rest != hash_of_rest(*before)) {
    units.add(resource.name, {Kind::kRest, resource.name, "", rest});
  }
}

std::vector<ResourcePart> mixed(const DividedResource& now, const std::optional<DividedResource>& before,
                                const HeldPieces& held) {
  std::vector<ResourcePart> parts;
  const auto add = [&](const ResourcePart& part) {
    if (held.parts.count(part.name) == 0) {
      parts.push_back(part);
    } else if (const auto* old = before ? before->find(part.name) : nullptr; old != nullptr) {
      parts.push_back(*old);
    }
  };
  if (!held.rest || !before) {
    for (const auto& part : now.parts) add(part);
    return parts;
  }
  for (const auto& old : before->parts) {
    const auto* part = now.find(old.name);
    add(part != nullptr ? *part : old);
  }
  for (const auto& part : now.parts) {
    if (before->find(part.name) == nullptr) add(part);
  }
  return parts;
}

bool same_bytes(const Resource& a, const Resource& b) {
  return a.hash == b.hash || (a.message.size() == b.message.size() && a.message.flatten() == b.message.flatten());
}

}  // namespace

RefusalUnits changed_units(ResourceType type, const std::vector<ResourcePtr>& resources, const Holding& holding) {
  Collector units;
  for (const auto& resource : resources) {
    const auto has = holding(resource->name);
    if (has && has->hash == resource->hash) continue;
    const auto now = divide(type, *resource);
    const auto before = has && now ? divide(type, *has) : std::nullopt;
    if (!now || is_one_object(type, *now, before)) {
      units.add(now ? now->parts[0].name : resource->name, {Kind::kWhole, resource->name, "", resource->hash});
    } else {
      add_changes(*resource, *now, before, units);
    }
  }
  return units.finish();
}

void HeldPieces::add(const UnitPiece& piece) {
  whole = whole || piece.kind == Kind::kWhole;
  rest = rest || piece.kind == Kind::kRest;
  if (piece.kind == Kind::kPart) parts.insert(piece.part);
}

ResourcePtr without_held(ResourceType type, const ResourcePtr& now, const ResourcePtr& has, const HeldPieces& held) {
  const auto divided = held.whole ? std::nullopt : divide(type, *now);
  if (!divided) return has ? has : make_withheld(now->name);
  const auto before = has ? divide(type, *has) : std::nullopt;
  DividedResource mix;
  const bool old_rest = held.rest && before;
  mix.head = old_rest ? before->head : divided->head;
  mix.inner = old_rest ? before->inner : divided->inner;
  mix.parts = mixed(*divided, before, held);
  auto composed = compose(type, now->name, mix);
  // What a client has already, or what everybody gets, keeps the version by which it is known.
  if (has && same_bytes(*composed, *has)) return has;
  return same_bytes(*composed, *now) ? now : composed;
}

const std::optional<DividedResource>& PieceReader::divided(const std::string& resource) {
  const auto [found, added] = divided_.try_emplace(resource);
  if (const auto& there = world_.find(resource); added && there) found->second = divide(type_, *there);
  return found->second;
}

std::optional<uint64_t> PieceReader::hash(const UnitPiece& piece) {
  if (piece.kind == Kind::kWhole) {
    const auto& resource = world_.find(piece.resource);
    return resource ? std::optional(resource->hash) : std::nullopt;
  }
  const auto& parts = divided(piece.resource);
  if (!parts) return std::nullopt;
  if (piece.kind == Kind::kRest) return hash_of_rest(*parts);
  const auto* part = parts->find(piece.part);
  return part != nullptr ? std::optional(base::hash_bytes(part->bytes)) : std::nullopt;
}

std::string PieceReader::bytes(const UnitPiece& piece) {
  if (piece.kind == Kind::kWhole) {
    const auto& resource = world_.find(piece.resource);
    return resource ? resource->message.flatten() : std::string();
  }
  const auto& parts = divided(piece.resource);
  if (!parts) return {};
  if (piece.kind == Kind::kRest) return parts->head + parts->inner;
  const auto* part = parts->find(piece.part);
  return part != nullptr ? part->bytes : std::string();
}

}  // namespace solder::xds

#include "core/engine/table_index.h"

#include <memory>
#include <utility>

#include "core/base/hash.h"

namespace solder::engine {

namespace {

void add_groups(const model::Object& table, std::set<TableGroup>& groups) {
  for (const std::string& ns : {table.ref.ns, std::string(TableGroup::kEverywhere)}) {
    groups.insert({ns, "", ""});
    for (const auto& [label, value] : table.labels) groups.insert({ns, label, value});
  }
}

uint64_t hash_of(const model::ObjectRef& table) {
  return base::hash_combine(base::hash_bytes(table.ns), base::hash_bytes(table.name));
}

}  // namespace

void TableIndex::set(const model::ObjectRef& table, const model::ObjectPtr& newest) {
  const auto at = entries_.try_emplace(table).first;
  at->second.newest = newest;
  update(at);
}

void TableIndex::set_good(const model::ObjectRef& table, const model::ObjectPtr& good) {
  const auto at = entries_.try_emplace(table).first;
  at->second.good = good;
  update(at);
}

void TableIndex::update(std::map<model::ObjectRef, Entry>::iterator at) {
  auto& [ref, entry] = *at;
  std::set<TableGroup> now;
  if (entry.newest) {
    add_groups(*entry.newest, now);
    if (entry.good && entry.good != entry.newest) add_groups(*entry.good, now);
  }
  for (const auto& group : now) {
    if (entry.groups.count(group) != 0) continue;
    Group& joined = groups_[group];
    joined.hash += hash_of(ref);
    joined.tables.insert(&ref);
    changed_.insert(group);
  }
  for (const auto& group : entry.groups) {
    if (now.count(group) != 0) continue;
    Group& left = groups_.at(group);
    left.hash -= hash_of(ref);
    left.tables.erase(&ref);
    changed_.insert(group);
  }
  entry.groups = std::move(now);
  if (!entry.newest && !entry.good) entries_.erase(at);
}

void TableIndex::publish(Inputs<TableGroup, TableGroupVersion>& versions) {
  for (const auto& group : std::exchange(changed_, {})) {
    const auto at = groups_.find(group);
    if (at->second.tables.empty()) {
      groups_.erase(at);
      versions.set(group, nullptr, 0);
    } else {
      versions.set(group, std::make_shared<const TableGroupVersion>(TableGroupVersion{at->second.hash}),
                   at->second.hash);
    }
  }
}

size_t TableIndex::size(const TableGroup& group) const {
  const auto at = groups_.find(group);
  return at == groups_.end() ? 0 : at->second.tables.size();
}

std::shared_ptr<const TableGroupMembers> TableIndex::members(const TableGroup& group) const {
  auto out = std::make_shared<TableGroupMembers>();
  const auto at = groups_.find(group);
  if (at == groups_.end()) return out;
  out->hash = at->second.hash;
  out->refs.reserve(at->second.tables.size());
  for (const auto* ref : at->second.tables) out->refs.push_back(*ref);
  return out;
}

}  // namespace solder::engine

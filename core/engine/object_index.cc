#include "core/engine/object_index.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/hash.h"

namespace solder::engine {

namespace {

using nlohmann::json;

// Through maps alone: an index names a member, never a place in a list.
const json* find(const json& document, const std::string& field) {
  std::vector<std::string> steps;
  for (json::json_pointer rest(field); !rest.empty(); rest.pop_back()) steps.push_back(rest.back());
  const json* value = &document;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const auto member = value->is_object() ? value->find(*step) : value->end();
    if (member == value->end()) return nullptr;
    value = &*member;
  }
  return value;
}

std::vector<host::Selector> entries_of(const host::ObjectKind& kind, const model::Object& object) {
  std::vector<host::Selector> out;
  const json document = json::parse(object.json, nullptr, false);
  for (const std::string& field : kind.index) {
    if (field.empty()) {
      out.push_back({object.ref.kind, object.ref.ns, "", ""});
      continue;
    }
    const json* value = find(document, field);
    if (value != nullptr && value->is_string()) {
      out.push_back({object.ref.kind, object.ref.ns, field, value->get<std::string>()});
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

void ObjectIndex::set(const std::map<std::string, host::ObjectKind>& kinds, const model::ObjectRef& ref,
                      const model::ObjectPtr& object) {
  const auto kind = kinds.find(ref.kind);
  const bool indexed = kind != kinds.end() && !kind->second.index.empty();
  if (!indexed && entries_.count(ref) == 0) return;
  std::vector<host::Selector> now;
  if (object && indexed) now = entries_of(kind->second, *object);
  auto& before = entries_[ref];
  for (const auto& entry : before) {
    if (std::binary_search(now.begin(), now.end(), entry)) continue;
    members_[entry].erase(ref);
    changed_.insert(entry);
  }
  for (const auto& entry : now) {
    if (members_[entry].insert(ref).second) changed_.insert(entry);
  }
  before = std::move(now);
  if (before.empty()) entries_.erase(ref);
}

void ObjectIndex::publish(Inputs<host::Selector, RefList>& lists) {
  for (const auto& selector : std::exchange(changed_, {})) {
    const auto members = members_.find(selector);
    if (members->second.empty()) {
      members_.erase(members);
      lists.set(selector, nullptr, 0);
      continue;
    }
    auto list = std::make_shared<RefList>();
    uint64_t hash = 0;
    for (const auto& ref : members->second) {
      list->refs.push_back(ref);
      hash = base::hash_combine(hash, base::hash_bytes(ref.name));
    }
    lists.set(selector, std::move(list), hash);
  }
}

}  // namespace solder::engine

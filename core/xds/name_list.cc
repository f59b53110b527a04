#include "core/xds/name_list.h"

#include <algorithm>
#include <utility>

#include "core/base/hash.h"

namespace solder::xds {

NameList::NameList(std::vector<std::string> names) : names_(std::move(names)) {
  if (!std::is_sorted(names_.begin(), names_.end())) std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  names_.shrink_to_fit();
}

bool NameList::contains(std::string_view name) const { return std::binary_search(names_.begin(), names_.end(), name); }

NameListPtr NameLists::intern(std::vector<std::string> names) {
  if (names.empty()) return std::make_shared<const NameList>(std::move(names));
  uint64_t hash = names.size();
  for (const auto& name : names) hash = base::hash_combine(hash, base::hash_bytes(name));
  const std::lock_guard lock(mutex_);
  Known& known = known_[hash];
  if (auto list = known.list.lock()) {
    const bool same = known.count == names.size() && known.first == names.front() && known.last == names.back();
    return same ? list : std::make_shared<const NameList>(std::move(names));
  }
  Known now{{}, names.front(), names.back(), names.size()};
  auto list = std::make_shared<const NameList>(std::move(names));
  now.list = list;
  known = std::move(now);
  drop_unused();
  return list;
}

size_t NameLists::size() const {
  const std::lock_guard lock(mutex_);
  return known_.size();
}

void NameLists::drop_unused() {
  if (known_.size() < drop_at_) return;
  std::erase_if(known_, [](const auto& each) { return each.second.list.expired(); });
  drop_at_ = std::max<size_t>(64, 2 * known_.size());
}

void NameSet::assign(NameListPtr base) {
  base_ = std::move(base);
  added_.clear();
  removed_.clear();
}

bool NameSet::contains(const std::string& name) const {
  if (in_base(name)) return removed_.empty() || removed_.count(name) == 0;
  return added_.count(name) != 0;
}

bool NameSet::insert(const std::string& name) {
  if (in_base(name)) return removed_.erase(name) != 0;
  return added_.insert(name).second;
}

bool NameSet::erase(const std::string& name) {
  if (in_base(name)) return removed_.insert(name).second;
  return added_.erase(name) != 0;
}

}  // namespace solder::xds

#include "core/xds/first_answers.h"

#include <algorithm>
#include <utility>

namespace solder::xds {
namespace {

constexpr size_t kMostEntries = 8;

}  // namespace

ResponseContentPtr first_answer(const NameList* names, const ResourceSet& world) {
  if (names == nullptr) return make_content({world.begin(), world.end()});
  std::vector<ResourcePtr> resources;
  std::vector<std::string> removed;
  resources.reserve(names->names().size());
  for (const auto& name : names->names()) {
    if (const auto& resource = world.find(name)) {
      resources.push_back(resource);
    } else {
      removed.push_back(name);
    }
  }
  return make_content(std::move(resources), std::move(removed));
}

ResponseContentPtr FirstAnswers::get(const NameListPtr& names, const ResourceSet& world) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.names == names && entry.world.same(world); });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return found->answer;
  }
  entries_.push_front({names, world, first_answer(names.get(), world)});
  if (entries_.size() > kMostEntries) entries_.pop_back();
  return entries_.front().answer;
}

void FirstAnswers::clear() {
  std::list<Entry> gone;  // freed without the lock
  const std::lock_guard lock(mutex_);
  gone.swap(entries_);
}

size_t FirstAnswers::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace solder::xds

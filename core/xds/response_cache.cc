#include "core/xds/response_cache.h"

#include <algorithm>
#include <utility>

namespace solder::xds {
namespace {

constexpr size_t kMostEntries = 8;
constexpr size_t kMostBytes = 64 << 20;  // of one entry

}  // namespace

ResponseCache::Key ResponseCache::key_of(bool delta, ResourceType type, const Outgoing& out) {
  return {delta, type, out.version, out.content->hash, out.content->resources.size()};
}

base::Bytes ResponseCache::get(const Key& key, const std::function<base::Bytes()>& write) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return found->bytes;
  }
  base::Bytes bytes = write();
  if (bytes.size() > kMostBytes) return bytes;
  entries_.push_front({key, bytes});
  if (entries_.size() > kMostEntries) entries_.pop_back();
  return bytes;
}

void ResponseCache::clear() {
  std::list<Entry> gone;  // freed without the lock
  const std::lock_guard lock(mutex_);
  gone.swap(entries_);
}

}  // namespace solder::xds

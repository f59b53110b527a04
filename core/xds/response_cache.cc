#include "core/xds/response_cache.h"

namespace solder::xds {
namespace {

constexpr size_t kMostKeptBytes = 64 << 20;  // of one entry

}  // namespace

ResponseCache::Key ResponseCache::key_of(bool delta, ResourceType type, const Outgoing& out) {
  return {delta, type, out.version, out.content->hash, out.content->resources.size()};
}

base::Bytes ResponseCache::get(const Key& key, const std::function<base::Bytes()>& write) {
  return responses_.get(key, write, [](const base::Bytes& bytes) { return bytes.size() <= kMostKeptBytes; });
}

}  // namespace solder::xds

#include "core/engine/results.h"

#include "core/base/hash.h"

namespace solder::engine {

uint64_t hash_filters(const std::vector<FilterNeed>& needs) {
  uint64_t hash = needs.size();
  for (const auto& need : needs) {
    hash =
        base::hash_combine(hash, base::hash_bytes(need.stage + '\0' + need.fragment.name + '\0' + need.fragment.bytes +
                                                  '\0' + need.fragment.type_url + '\0' + need.fragment.origin.plugin));
    hash = base::hash_combine(hash, static_cast<uint64_t>(need.fragment.weight));
    hash = base::hash_combine(hash, filter_flags(need.fragment));
    for (const auto& path : need.fragment.clear) hash = base::hash_combine(hash, base::hash_bytes(path));
  }
  return hash;
}

}  // namespace solder::engine

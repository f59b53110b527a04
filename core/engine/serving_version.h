// Which version of an object is served: the current one, and where that is at fault the last good one, whose own
// problems do not count. For results with the members present, ok, serving and diagnostics.
#pragma once

#include <memory>
#include <utility>

#include "core/engine/translation.h"

namespace solder::engine {

// `read(object, result)` fills a result from one version and says whether it can be used.
template <typename Result, typename Read>
std::shared_ptr<Result> with_last_good(Translation& t, Reader& reader, const model::ObjectRef& ref, Read&& read) {
  auto result = std::make_shared<Result>();
  const auto object = t.objects.read(reader, ref);
  if (!object) return result;
  result->present = true;
  result->ok = read(*object, *result);
  result->serving = result->ok;
  if (!result->ok) {
    if (const auto good = t.last_good.read(reader, ref); good && good->hash != object->hash) {
      Result before;
      before.present = true;
      before.serving = read(*good, before);
      before.diagnostics = std::move(result->diagnostics);
      if (before.serving) *result = std::move(before);
    }
  }
  return result;
}

inline uint64_t hash_flags(bool present, bool ok, bool serving) {
  return (present ? 1U : 0U) + (ok ? 2U : 0U) + (serving ? 4U : 0U);
}

}  // namespace solder::engine

#include "core/engine/ahead.h"

#include <mutex>
#include <vector>

#include "core/base/parallel.h"
#include "core/base/progress.h"
#include "core/engine/object_steps.h"

namespace solder::engine {

namespace {

constexpr size_t kMostThreads = 8;

}  // namespace

void translate_ahead(Translation& t, const std::vector<model::ObjectRef>& come, size_t threads, size_t worth_threads) {
  std::vector<const model::ObjectRef*> refs;
  for (const auto& ref : come) {
    if (ref.kind != "Gateway") refs.push_back(&ref);
  }
  if (threads == 0) threads = base::processors(kMostThreads);
  if (refs.size() < worth_threads || threads < 2) return;
  base::Progress progress("translating", refs.size());
  std::mutex progress_mutex;
  t.graph.ahead();
  base::parallel_for(refs.size(), threads, [&](size_t i) {
    Reader reader(t.graph, Reader::Kind::kAhead);
    with_step(t, *refs[i], [&](auto& family, const auto& key) { family.read(reader, key); });
    const std::lock_guard lock(progress_mutex);
    progress.step();
  });
  t.graph.settle();
}

}  // namespace solder::engine

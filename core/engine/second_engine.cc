#include "core/engine/second_engine.h"

#include <utility>

#include "core/engine/map_differences.h"

namespace solder::engine {

namespace {

// Calls `use(ref)` for the next ones of a map; gives whether that was the last of them.
template <typename Map, typename F>
bool go_on(const Map& map, std::optional<model::ObjectRef>& last, size_t most, F&& use) {
  auto at = last ? map.upper_bound(*last) : map.begin();
  for (; at != map.end() && most > 0; ++at, --most) {
    use(at->first);
    last = at->first;
  }
  return at == map.end();
}

}  // namespace

void Telling::tell(const VisibleWorld& world, const Inputs<model::ObjectRef, model::Object>& last_good, size_t most,
                   EngineInputs& out) {
  const auto add = [&](const model::ObjectRef& ref) {
    const auto at = world.told().find(ref);
    out.objects.push_back({ref, at == world.told().end() ? nullptr : at->second, last_good.peek(ref)});
  };
  for (const auto& ref : std::exchange(again, {})) add(ref);
  if (!all_told_) {
    all_told_ = go_on(world.told(), told_, most, add);
    out.more = true;
    return;
  }
  if (!all_derived_) {
    all_derived_ = go_on(world.derived(), derived_, most, add);
    if (all_derived_) {
      for (const auto& [ref, gateway] : world.defaults()) add(ref);
    }
  }
  out.more = !all_derived_;
}

std::set<model::ObjectRef> differences(const Parts& before, const Parts& now) {
  auto out = before.book.differences(now.book);
  const auto same_object = [](const auto& a, const auto& b) { return a->hash == b->hash; };
  const auto same_first = [](const auto& a, const auto& b) {
    return a.begin()->second->hash == b.begin()->second->hash;
  };
  add_differences(before.world.derived(), now.world.derived(), same_first, out);
  add_differences(before.world.defaults(), now.world.defaults(), same_object, out);
  // Of these kinds those have a report now, or none, that nothing is said about.
  std::set<std::string> kinds;
  const auto status = [](const Parts& parts, const std::string& kind) {
    const auto at = parts.translation.plugins->kinds().find(kind);
    return at != parts.translation.plugins->kinds().end() ? std::optional(at->second.status) : std::nullopt;
  };
  for (const auto* parts : {&before, &now}) {
    for (const auto& [kind, read] : parts->translation.plugins->kinds()) {
      if (status(before, kind) != status(now, kind)) kinds.insert(kind);
    }
  }
  if (kinds.empty()) return out;
  for (const auto& [ref, object] : now.world.told()) {
    if (kinds.count(ref.kind) != 0) out.insert(ref);
  }
  return out;
}

}  // namespace solder::engine

#include "core/engine/plugin_turn.h"

#include <chrono>
#include <cstdint>

#include "core/engine/spread.h"

namespace solder::engine {

namespace {

constexpr std::chrono::microseconds kMoment{50};

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

std::atomic<bool>& PluginTurns::taken(const void* plugin) {
  return places_[spread<kPlaces>(reinterpret_cast<uintptr_t>(plugin))].taken;
}

PluginTurns::Turn::Turn(PluginTurns& turns, const void* plugin) : taken_(turns.taken(plugin)) {
  if (!taken_.exchange(true, std::memory_order_acquire)) {
    held_ = true;
    return;
  }
  const auto end = std::chrono::steady_clock::now() + kMoment;
  do {
    for (int i = 0; i < 16 && taken_.load(std::memory_order_relaxed); ++i) relax();
    held_ = !taken_.load(std::memory_order_relaxed) && !taken_.exchange(true, std::memory_order_acquire);
  } while (!held_ && std::chrono::steady_clock::now() < end);
}

PluginTurns::Turn::~Turn() {
  if (held_) taken_.store(false, std::memory_order_release);
}

}  // namespace solder::engine

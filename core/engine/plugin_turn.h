// Whose turn it is to call a plugin, where several threads translate ahead (graph.h). The host calls a plugin for one
// after the other and has the rest sleep, but a call takes microseconds, and to be woken takes ten times as long: so
// one who comes meanwhile waits a moment awake. Tested by tests/unit/engine/plugin_turn_test.cc.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace solder::engine {

class PluginTurns {
 public:
  // Holds the turn with a plugin, by its address, unless another one kept it for too long: then the host decides.
  class Turn {
   public:
    Turn(PluginTurns& turns, const void* plugin);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    [[nodiscard]] bool held() const { return held_; }

   private:
    std::atomic<bool>& taken_;
    bool held_ = false;
  };

 private:
  struct alignas(64) Place {  // a cache line each
    std::atomic<bool> taken{false};
  };
  [[nodiscard]] std::atomic<bool>& taken(const void* plugin);

  static constexpr size_t kPlaces = 64;  // two plugins at one place wait for each other, and nothing worse
  std::array<Place, kPlaces> places_;
};

}  // namespace solder::engine

// Ends the process where it is ended while it waits. Fails ends-while-waiting.
#include <cstdlib>

#include "finder.h"

namespace {

class Plugin final : public KitFinder {
 public:
  using KitFinder::KitFinder;
  ~Plugin() override {
    if (waits_) std::abort();
  }
};

}  // namespace

SOLDER_PLUGIN(Plugin, "waits_at_end", "1.0.0")

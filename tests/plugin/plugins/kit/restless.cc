// Its timer starts itself at once. Fails rests.
#include "finder.h"

namespace {

class Plugin final : public KitFinder {
 public:
  using KitFinder::KitFinder;

 protected:
  std::chrono::milliseconds rest() const override { return std::chrono::milliseconds(0); }
};

}  // namespace

SOLDER_PLUGIN(Plugin, "restless", "1.0.0")

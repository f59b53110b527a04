// Goes on asking for what it was told to forget. Fails forgets.
#include "finder.h"

namespace {

class Plugin final : public KitFinder {
 public:
  using KitFinder::KitFinder;

 protected:
  bool forgets() const override { return false; }
};

}  // namespace

SOLDER_PLUGIN(Plugin, "never_forgets", "1.0.0")

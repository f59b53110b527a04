// Publishes what is no list. Fails services-used.
#include "finder.h"

namespace {

class Plugin final : public KitFinder {
 public:
  using KitFinder::KitFinder;

 protected:
  void answered(const solder::sdk::HttpAnswer&) override { publish("one, two"); }
};

}  // namespace

SOLDER_PLUGIN(Plugin, "publishes_nonsense", "1.0.0")

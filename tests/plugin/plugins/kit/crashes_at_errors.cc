// Aborts where the other side has an error. Fails odd-answers.
#include <cstdlib>

#include "finder.h"

namespace {

class Plugin final : public KitFinder {
 public:
  using KitFinder::KitFinder;

 protected:
  void answered(const solder::sdk::HttpAnswer& answer) override {
    if (answer.code == 500) std::abort();
    KitFinder::answered(answer);
  }
};

}  // namespace

SOLDER_PLUGIN(Plugin, "crashes_at_errors", "1.0.0")

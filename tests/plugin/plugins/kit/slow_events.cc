// Takes its time with an answer, once. Fails events-in-time.
#include <thread>

#include "finder.h"

namespace {

class Plugin final : public KitFinder {
 public:
  using KitFinder::KitFinder;

 protected:
  void answered(const solder::sdk::HttpAnswer& answer) override {
    if (!slept_) std::this_thread::sleep_for(std::chrono::milliseconds(700));
    slept_ = true;
    KitFinder::answered(answer);
  }

 private:
  bool slept_ = false;
};

}  // namespace

SOLDER_PLUGIN(Plugin, "slow_events", "1.0.0")

// A timer from create() on, that starts itself again at once. An option answers how often it has fired.
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/timer.hpp"

namespace {

class Timers {
 public:
  explicit Timers(solder::sdk::Host host) : timer_(host), throws_(host) {
    tick();
    throws_.start(std::chrono::nanoseconds(0), [] { throw 1; });
  }
  void options(const solder::sdk::OptionInput&, solder::sdk::Out& out) {
    out.fragment_json("route", R"({"name": ")" + std::to_string(fired_) + R"("})");
  }

 private:
  void tick() {
    timer_.start(std::chrono::microseconds(10), [this] {
      ++fired_;
      tick();
    });
  }

  int fired_ = 0;
  solder::sdk::Timer timer_, throws_;
};

}  // namespace

SOLDER_PLUGIN(Timers, "timers", "1.0.0")

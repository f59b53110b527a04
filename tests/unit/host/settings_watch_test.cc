// How an instance of a plugin hears of Settings: where its timers fire, once they are known, and never after it closed.
#include "core/host/services/settings_watch.h"

#include <gmock/gmock.h>

#include <future>

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SettingsWatchTest : public ::testing::Test {
 protected:
  ~SettingsWatchTest() override {
    watch.close();
    timers.close();
  }
  solder_status ask() {
    const std::lock_guard lock(strand);
    return watch.table()->watch(
        watch.table()->ctx, [](void* arg, solder_str spec) { static_cast<SettingsWatchTest*>(arg)->heard(spec); },
        this);
  }
  void heard(solder_str spec) { told.emplace_back(text(spec)); }
  static std::string text(solder_str spec) { return {spec.data, spec.len}; }
  // Until all that was to be told was told.
  void settle() {
    std::promise<void> done;
    timers.post("in a test of", [&] { done.set_value(); });
    done.get_future().wait();
  }

  const std::string plugin = "p";
  std::mutex strand;
  SettingsBook book;
  std::vector<std::string> told;
  Timers timers{plugin, strand};
  SettingsWatch watch{timers, &book};
};

TEST_F(SettingsWatchTest, OnceTheyAreKnownAndWheneverOthersCount) {
  timers.open();
  EXPECT_EQ(ask(), SOLDER_OK);
  settle();
  EXPECT_THAT(told, IsEmpty());
  book.set("");
  book.set("{}");
  book.set("{}");
  settle();
  EXPECT_THAT(told, ElementsAre("", "{}"));
}

TEST_F(SettingsWatchTest, WhoComesLaterHearsThoseOfNow) {
  timers.open();
  book.set("{}");
  ask();
  settle();
  EXPECT_THAT(told, ElementsAre("{}"));
}

TEST_F(SettingsWatchTest, NothingIsToldAfterwards) {
  timers.open();
  ask();
  {
    const std::lock_guard lock(strand);
    EXPECT_EQ(watch.table()->watch(watch.table()->ctx, nullptr, nullptr), SOLDER_OK);
  }
  book.set("{}");
  settle();
  ask();
  watch.close();
  book.set("");
  settle();
  EXPECT_LE(told.size(), 1U);
  EXPECT_TRUE(told.empty() || told[0] == "{}");
}

TEST_F(SettingsWatchTest, WhereNothingIsServedThereAreNone) {
  SettingsWatch none(timers, nullptr);
  EXPECT_EQ(none.table()->watch(none.table()->ctx, nullptr, nullptr), SOLDER_UNAVAILABLE);
}

}  // namespace
}  // namespace solder::host

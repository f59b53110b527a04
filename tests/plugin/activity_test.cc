// A plugin that hangs is named while it hangs, and one that crashes is named before the process goes.
#include "core/host/activity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <mutex>
#include <sstream>
#include <thread>

namespace solder::host {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Activity, IsNamedWhileItRunsOn) {
  std::ostringstream text;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text)));
  const std::string slow = "sleeper", fast = "runner";
  {
    const Activity outer("in a call of", slow, milliseconds(1));
    { const Activity inner("in a call of", fast, std::chrono::hours(1)); }
    std::this_thread::sleep_for(milliseconds(1200));
  }
  spdlog::set_default_logger(before);
  EXPECT_THAT(text.str(), HasSubstr("still in a call of plugin sleeper after"));
  EXPECT_THAT(text.str(), Not(HasSubstr("runner")));
}

void crash(bool inside) {
  for (const int signal : {SIGSEGV, SIGABRT}) std::signal(signal, SIG_DFL);
  name_plugins_that_crash();
  const std::string name = "breaker";
  if (!inside) std::raise(SIGSEGV);
  const Activity activity("in a call of", name, milliseconds(1000));
  std::raise(SIGSEGV);
}

TEST(ActivityDeathTest, IsNamedWhenItCrashes) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(crash(true), testing::KilledBySignal(SIGSEGV), "in a call of plugin breaker");
  EXPECT_EXIT(crash(false), testing::KilledBySignal(SIGSEGV), "^$");
}

}  // namespace
}  // namespace solder::host

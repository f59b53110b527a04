// What happens to files of a plugin directory happens to the plugins, and nothing that is wrong with a file harms what
// runs.
#include "core/host/plugin_manager.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/host/private_copy.h"
#include "core/host/retired_plugins.h"
#include "tests/plugin/reloading.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

TEST(Manager, ADroppedFileRunsAReplacedOneIsReloadedARemovedOneIsKept) {
  Reloading world;
  world.start();
  EXPECT_EQ(world.version(), "");
  world.drop("swap_1");
  world.until_version("1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  world.drop("swap_2");
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("two"));
  world.remove();
  world.until_version("2.0.0 gone");
  EXPECT_THAT(world.now(), HasSubstr("two")) << "what it last gave stays";
  EXPECT_EQ(Reloading::ask(*world.manager->plugins(), "{\"new\":1}"), "") << "and nothing new comes of it";
  world.drop("swap_1");
  world.until_version("1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one"));
}

TEST(Manager, WhatIsGoneIsSaidOnTheObjects) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  world.remove();
  world.until_version("1.0.0 gone");
  const auto known = call_option(*world.manager->plugins(), "swap", {"{}"});
  ASSERT_EQ(known[0].diagnostics.size(), 1u);
  EXPECT_EQ(known[0].diagnostics[0].reason, "PluginGone");
  EXPECT_EQ(known[0].diagnostics[0].severity, model::Severity::kWarning);
  const auto fresh = call_option(*world.manager->plugins(), "swap", {"7"});
  EXPECT_EQ(fresh[0].diagnostics[0].severity, model::Severity::kError);
  ASSERT_TRUE(world.manager->forget("swap", "a test").ok());
  EXPECT_EQ(world.version(), "");
}

TEST(Manager, WhatIsGoneStaysGoneAndKeptOverARestart) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  world.remove();
  world.until_version("1.0.0 gone");
  world.start();
  EXPECT_EQ(world.version(), "1.0.0 gone");
  EXPECT_THAT(world.now(), HasSubstr("one"));
}

TEST(Manager, WithoutKeepingNothingStays) {
  Reloading world;
  world.options.plugins.keep_removed = false;
  world.run("swap_1", "1.0.0");
  world.remove();
  world.until_version("");
}

TEST(Manager, TheSameContentUnderANewTimeIsNoReload) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  Plugin* before = world.manager->plugins()->option("route", "swap");
  world.drop("swap_1");
  ASSERT_TRUE(world.manager->look().ok());
  EXPECT_EQ(world.manager->plugins()->option("route", "swap"), before);
  std::filesystem::rename(world.directory.plugins() / "swap.so", world.directory.plugins() / "other.so");
  ASSERT_TRUE(world.manager->look().ok());
  EXPECT_EQ(world.manager->plugins()->option("route", "swap"), before) << "a file of another name is the same plugin";
  EXPECT_THAT(world.manager->listing()->loaded()[0].file, HasSubstr("other.so"));
}

TEST(Manager, AFileThatIsBeingWrittenWaits) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  const std::string bytes = PluginDirectory::read(PluginDirectory::built("swap_2"));
  {
    std::ofstream out(world.directory.plugins() / "swap.so", std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size() / 2)).flush();
    ASSERT_TRUE(world.manager->look().ok());
    EXPECT_EQ(world.version(), "1.0.0");
    EXPECT_EQ(world.refused(), "") << "it is not whole yet, which is nobody's fault";
    out.write(bytes.data() + bytes.size() / 2, static_cast<std::streamsize>(bytes.size() - bytes.size() / 2));
  }
  world.until_version("2.0.0");
}

TEST(Manager, AWriterMayTakeItsTime) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  const std::string bytes = PluginDirectory::read(PluginDirectory::built("swap_2"));
  // Not for the processes that the manager starts meanwhile: they would have it open as well.
  const int file = ::open((world.directory.plugins() / "swap.so").c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::write(file, bytes.data(), 5000), 5000);
  // For longer than a file may be cut off that nobody has open.
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
       std::chrono::steady_clock::now() < end;) {
    ASSERT_TRUE(world.manager->look().ok());
    ASSERT_EQ(world.refused(), "");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ASSERT_EQ(::write(file, bytes.data() + 5000, bytes.size() - 5000), static_cast<ssize_t>(bytes.size() - 5000));
  ::close(file);
  world.until_version("2.0.0");
}

TEST(Manager, AFileThatStaysCutOffIsNamedAndTheOldOneRunsOn) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  world.directory.write("swap.so", PluginDirectory::read(PluginDirectory::built("swap_2")).substr(0, 5000));
  world.until_refused("Truncated");
  EXPECT_EQ(world.version(), "1.0.0");
  world.drop("swap_2");
  world.until_version("2.0.0");
  world.until_refused("");
}

TEST(Manager, PermissionsThatLetOthersWriteAreRefusedUntilTheyAreMended) {
  Reloading world;
  world.start();
  world.drop("swap_1");
  world.until_version("1.0.0");
  const std::string file = (world.directory.plugins() / "swap.so").string();
  world.drop("swap_2", "", "next");
  ASSERT_EQ(::chmod((world.directory.plugins() / "next.so").c_str(), 0777), 0);
  world.remove();
  world.until_refused("UnsafePermissions");
  ASSERT_EQ(::chmod((world.directory.plugins() / "next.so").c_str(), 0755), 0);
  world.until_version("2.0.0");
}

TEST(Manager, SymbolicLinksAreFollowed) {
  Reloading world;
  const auto store = world.directory.root() / "store";
  std::filesystem::create_directory(store);
  std::filesystem::copy_file(PluginDirectory::built("swap_1"), store / "1.so");
  std::filesystem::copy_file(PluginDirectory::built("swap_2"), store / "2.so");
  world.start();
  std::filesystem::create_symlink(store / "1.so", world.directory.plugins() / "swap.so");
  world.until_version("1.0.0");
  std::filesystem::create_symlink(store / "2.so", world.directory.plugins() / ".next");
  std::filesystem::rename(world.directory.plugins() / ".next", world.directory.plugins() / "swap.so");
  world.until_version("2.0.0");
  // The file that the link leads to, in a directory of its own.
  std::filesystem::copy_file(PluginDirectory::built("swap_1"), store / ".next");
  std::filesystem::rename(store / ".next", store / "2.so");
  world.until_version("1.0.0");
}

TEST(Manager, OfTwoFilesWithOnePluginTheFirstCounts) {
  Reloading world;
  world.drop("swap_1", "", "b");
  world.start();
  world.until_version("1.0.0");
  world.drop("swap_2", "", "c");
  world.until_refused("DuplicateName");
  EXPECT_EQ(world.version(), "1.0.0");
  world.remove("b");
  world.until_version("2.0.0");
}

TEST(Manager, ABurstEndsWithTheLast) {
  Reloading world;
  world.drop("swap_1");
  world.start();
  for (int i = 0; i < 200; ++i) world.drop("swap_1", "generation " + std::to_string(i));
  world.drop("swap_2");
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("two"));
}

class Crashing : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Crashing, CostsAnotherProcessAndTheOldOneRunsOn) {
  Reloading world;
  world.options.preflight_patience = std::chrono::milliseconds(2000);
  world.run("swap_1", "1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one"));  // so that there is something that it was asked
  world.drop(GetParam().first);
  world.until_refused("PreflightFailed");
  EXPECT_THAT(world.message(), HasSubstr(GetParam().second));
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_THAT(world.manager->history_json("swap"), HasSubstr("PreflightFailed"));
  world.drop("swap_2");
  world.until_version("2.0.0");
}

INSTANTIATE_TEST_SUITE_P(Ways, Crashing,
                         ::testing::Values(std::pair("swap_crash_open", "Aborted while being opened"),
                                           std::pair("swap_crash_call", "Aborted while translating"),
                                           std::pair("swap_hang", "did not come back from being opened")));

TEST(Manager, AtTheStartToo) {
  Reloading world;
  world.drop("swap_crash_open");
  world.drop("good", "", "good");
  world.start();
  EXPECT_EQ(world.version(), "");
  EXPECT_EQ(world.refused(), "PreflightFailed");
  EXPECT_EQ(world.manager->plugins()->loaded().size(), 1u);
}

TEST(Manager, WhatWouldRejectObjectsIsNotTakenUnlessForced) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  world.judge = [](const Proposal& proposal) {
    const auto outputs = call_option(*proposal.plugins, "swap", {"{}"});
    const bool bad = proposal.judge && !outputs.empty() && !outputs[0].diagnostics.empty();
    return bad ? Verdict{.taken = false, .message = outputs[0].diagnostics[0].message} : Verdict{};
  };
  world.drop("swap_strict");
  world.until_refused("WouldReject");
  EXPECT_THAT(world.message(), HasSubstr("likes nothing"));
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_FALSE(world.manager->reload("swap", false, "a test").ok());
  EXPECT_TRUE(world.manager->reload("swap", true, "a test").ok());
  EXPECT_EQ(world.version(), "6.0.0");
}

TEST(Manager, GoingBackLastsUntilTheFileChanges) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  world.drop("swap_2");
  world.until_version("2.0.0");
  const auto done = world.manager->roll_back("swap", "", "a test");
  ASSERT_TRUE(done.ok()) << done.status().message();
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_EQ(world.refused(), "RolledBack");
  ASSERT_TRUE(world.manager->look().ok());
  EXPECT_EQ(world.version(), "1.0.0");
  world.start();
  EXPECT_EQ(world.version(), "1.0.0") << "over a restart, from its copy";
  EXPECT_EQ(world.refused(), "RolledBack");
  world.drop("swap_2", "mended");
  world.until_version("2.0.0");
  world.until_refused("");
}

TEST(Manager, GoingBackToAGenerationOfLongAgo) {
  Reloading world;
  world.options.plugins.probation = std::chrono::milliseconds(0);
  world.run("swap_1", "1.0.0");
  const std::string first = world.manager->listing()->loaded()[0].sha256;
  world.drop("swap_2");
  world.until_version("2.0.0");
  world.drop("swap_2", "a third");
  Reloading::until(
      [&] {
        return world.manager->history_json("swap").find("reloaded") !=
               world.manager->history_json("swap").rfind("reloaded");
      },
      "two reloads");
  ASSERT_TRUE(world.manager->roll_back("swap", first.substr(0, 10), "a test").ok());
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_FALSE(world.manager->roll_back("swap", "0000", "a test").ok());
}

TEST(Manager, ACallThatOverrunsOnProbationGoesBack) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  world.drop("swap_slow");
  Reloading::until([&] { return world.manager->history_json("swap").find("rolled_back") != std::string::npos; },
                   "rolled back");
  EXPECT_EQ(world.version(), "1.0.0");
  world.until_message("overran its deadline");
}

TEST(Manager, WhatEnvoyRefusesOnProbationGoesBack) {
  Reloading world;
  world.run("swap_1", "1.0.0");
  world.judge = [](const Proposal&) { return Verdict{.resources = {"routes r"}}; };
  world.drop("swap_2");
  world.until_version("2.0.0");
  world.manager->refused_by_envoy({"clusters c"}, "not its");
  ASSERT_TRUE(world.manager->look().ok());
  EXPECT_EQ(world.version(), "2.0.0");
  world.manager->refused_by_envoy({"routes r"}, "no such thing");
  world.until_version("1.0.0");
  world.until_message("no such thing");
}

TEST(Manager, AStateGoesFromOneGenerationToTheNextAndBack) {
  Reloading world;
  world.run("swap_state", "9.0.0");
  EXPECT_THAT(world.now(), HasSubstr("\"0\""));
  world.drop("swap_state", "again");
  Reloading::until([&] { return world.now().find("\"1\"") != std::string::npos; }, "handed over once");
  world.drop("swap_state", "and again");
  Reloading::until([&] { return world.now().find("\"2\"") != std::string::npos; }, "handed over twice");
  ASSERT_TRUE(world.manager->roll_back("swap", "", "a test").ok());
  EXPECT_THAT(world.now(), HasSubstr("\"1\"")) << "it is the instance that ran before, with what it knew";
}

TEST(Manager, LibrariesThatCannotLeaveAreCounted) {
  Reloading world;
  world.options.plugins.probation = std::chrono::milliseconds(0);
  world.run("swap_resident", "7.0.0");
  for (int i = 0;; ++i) {
    ASSERT_LT(i, 20);
    world.drop("swap_resident", "generation " + std::to_string(i));
    ASSERT_TRUE(world.manager->look().ok());
    if (world.refused() == "TooManyRetired") break;
    ASSERT_TRUE(world.manager->look().ok());
  }
  EXPECT_EQ(world.version(), "7.0.0");
}

TEST(Manager, LibrariesThatMayLeaveDo) {
  Reloading world;
  world.options.plugins.probation = std::chrono::milliseconds(0);
  world.drop("swap_1");
  world.start();
  std::string last;
  for (int i = 0; i < 50; ++i) {
    const std::string bytes = PluginDirectory::read(PluginDirectory::built("swap_1")) + std::to_string(i);
    world.drop("swap_1", std::to_string(i));
    ASSERT_TRUE(world.manager->look().ok());
    if (!last.empty()) {
      Reloading::until([&] { return !is_mapped(last); }, "unmapped " + last);
    }
    last = copy_path(world.options.plugins.load.copy_directory, "swap", content_hash(bytes));
    EXPECT_TRUE(is_mapped(last));
  }
}

TEST(Manager, TheHistoryNamesWhoDidWhat) {
  Reloading world;
  world.drop("swap_1");
  world.start();
  world.drop("swap_2");
  world.until_version("2.0.0");
  ASSERT_TRUE(world.manager->roll_back("swap", "", "admin pages, 127.0.0.1, user somebody").ok());
  const std::string history = world.manager->history_json("swap");
  EXPECT_THAT(history, HasSubstr("\"requestedBy\": \"start\""));
  EXPECT_THAT(history, HasSubstr("\"requestedBy\": \"directory\""));
  EXPECT_THAT(history, HasSubstr("user somebody"));
  EXPECT_THAT(history, HasSubstr("\"owner\""));
  EXPECT_THAT(history, HasSubstr("\"sha256\""));
}

}  // namespace
}  // namespace solder::host

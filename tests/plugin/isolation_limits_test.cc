// What a plugin in a process of its own can and cannot do there. The tests may run as root, which nothing here spares.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>

#include "tests/plugin/isolation.h"

namespace solder::host {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

std::string said(const std::string& words) { return R"({"stat_prefix":")" + words + "\"}"; }
std::string refused(const std::string& what, int error = EPERM) { return said(what + " " + std::to_string(error)); }

bool guarded(const Isolated& world, const std::string& by) {
  const auto guards = world.info().guards;
  return std::find(guards.begin(), guards.end(), by) != guards.end();
}

TEST(IsolationLimits, NoOtherProcessAndNoOtherProgram) {
  Isolated world("hostile");
  if (!guarded(world, "seccomp")) GTEST_SKIP() << "this kernel has no seccomp";
  EXPECT_EQ(world.ask("hostile", "\"fork\""), said("forked 0"));
  EXPECT_EQ(world.ask("hostile", "\"exec\""), refused("exec"));
  EXPECT_EQ(world.ask("hostile", "\"system\""), said("system 0"));
  EXPECT_EQ(world.ask("hostile", "\"kill\""), refused("kill"));
  EXPECT_EQ(world.ask("hostile", "\"network\""), refused("socket"));
  EXPECT_EQ(world.ask("hostile", "\"limits\""), refused("limits"));
  EXPECT_EQ(world.ask("hostile", "\"outlive\""), refused("outlive"));
  EXPECT_EQ(world.ask("hostile", "\"new call\""), refused("new call", ENOSYS));
  EXPECT_EQ(world.info().deaths, 0u);
}

TEST(IsolationLimits, Files) {
  isolation::Limits limits;
  limits.open_files = 20;
  Isolated world("hostile", std::chrono::milliseconds(2000), limits);
  const std::string text = world.ask("hostile", "\"files\"");
  const size_t digits = text.find_first_of("0123456789");
  ASSERT_NE(digits, std::string::npos) << text;
  EXPECT_GE(std::atoi(text.c_str() + digits), 20);
  EXPECT_LE(std::atoi(text.c_str() + digits), 28);
}

// Sanitizers reserve more addresses than a limit could spare: their processes have none.
#ifndef SOLDER_SANITIZED
TEST(IsolationLimits, ThreadsEndWithMemory) {
  Isolated world("hostile");
  EXPECT_EQ(world.ask("hostile", "\"threads\""), said("few threads, at least one: 1"));
}

TEST(IsolationLimits, Memory) {
  isolation::Limits limits;
  limits.memory_mb = 64;
  Isolated world("hostile", std::chrono::seconds(60), limits);
  EXPECT_EQ(world.ask("hostile", "\"memory\""), "");
  EXPECT_THAT(world.problem(), HasSubstr("Segmentation fault"));
}
#endif

TEST(IsolationLimits, ProcessorTime) {
  isolation::Limits limits;
  limits.cpu_seconds = 1;
  Isolated world("hostile", std::chrono::milliseconds(2000), limits);
  EXPECT_EQ(world.ask("hostile", "\"thread that spins\""), said("thread that spins"));
  until([&] { return world.plugin("hostile").tend(), world.info().down; }, "it is ended");
  EXPECT_THAT(world.info().why, HasSubstr("it used more than 1 s of processor time in a minute"));
}

TEST(IsolationLimits, OnlySomePathsAndNothingWritten) {
  Isolated world("hostile");
  if (!guarded(world, "landlock")) GTEST_SKIP() << "this kernel has no Landlock";
  const std::string secret = (world.directory.root() / "secret").string();
  std::ofstream(secret) << "secret";
  EXPECT_EQ(world.ask("hostile", "\"read:" + secret + "\""), refused("read", EACCES));
  EXPECT_EQ(world.ask("hostile", "\"read:/etc/passwd\""), refused("read", EACCES));
  EXPECT_EQ(world.ask("hostile", "\"read:/proc/1/environ\""), refused("read", EACCES));
  EXPECT_EQ(world.ask("hostile", "\"read:/dev/urandom\""), said("read 0"));
  EXPECT_EQ(world.ask("hostile", "\"write:" + secret + "\""), refused("write", EACCES));
  EXPECT_EQ(world.ask("hostile", "\"write:" + secret + "2\""), refused("write", EACCES));
  EXPECT_EQ(world.ask("hostile", "\"remove:" + secret + "\""), refused("remove"));
  isolation::Limits limits;
  limits.readable_paths = {world.directory.root().string()};
  Isolated other("hostile", std::chrono::milliseconds(2000), limits);
  EXPECT_EQ(other.ask("hostile", "\"read:" + secret + "\""), said("read 0"));
}

TEST(IsolationLimits, CredentialsOfTheEnvironmentAreNotItsOwn) {
  ::setenv("SOLDER_TEST_SECRET", "1", 1);
  Isolated world("hostile");
  EXPECT_EQ(world.ask("hostile", "\"environment:SOLDER_TEST_SECRET\""), said("environment 0"));
  EXPECT_EQ(world.ask("hostile", "\"environment:PATH\""), said("environment 1"));
}

TEST(IsolationLimits, WhatOthersHaveOpenIsNotItsOwn) {
  // As a library in Solder's process may leave it: without O_CLOEXEC, far behind what a process opens by itself.
  const int file = ::open("/etc/passwd", O_RDONLY);
  const int far = ::fcntl(file, F_DUPFD, 500);
  ASSERT_GE(far, 500);
  Isolated world("hostile");
  EXPECT_EQ(world.ask("hostile", "\"open:" + std::to_string(far) + "\""), said("open 0"));
  ::close(far);
  ::close(file);
}

TEST(IsolationLimits, MoreThanOneCallMayGive) {
  Isolated world("hostile", std::chrono::seconds(60));
  EXPECT_EQ(world.ask("hostile", "\"large\""), "");
  EXPECT_THAT(world.problem(), HasSubstr("PluginFailed: plugin hostile gave more than"));
  EXPECT_EQ(world.info().deaths, 0u);
}

TEST(IsolationLimits, WhatItPrintsHoldsNobody) {
  Isolated world("hostile");
  EXPECT_EQ(world.ask("hostile", "\"print\""), said("print"));
  EXPECT_EQ(world.ask("hostile", "\"pid\""), said("pid " + std::to_string(world.info().pid)));
}

}  // namespace
}  // namespace solder::host

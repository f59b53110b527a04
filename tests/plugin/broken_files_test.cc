// Files that are no plugins at all, or not yet: told from each other by reading, before any code could run.
#include <elf.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstring>

#include "core/host/gate.h"
#include "core/host/refusal.h"
#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string reason_of(const PluginSet& plugins) {
  return plugins.refused().size() == 1 ? plugins.refused()[0].reason
                                       : std::to_string(plugins.refused().size()) + " refused";
}

// Loads "broken.so" beside a good plugin.
std::string reason_for(const std::string& bytes) {
  PluginDirectory directory;
  directory.add("good");
  directory.write("broken.so", bytes);
  const auto plugins = directory.load();
  EXPECT_THAT(names(*plugins), ElementsAre("good"));
  return reason_of(*plugins);
}

std::string good() { return PluginDirectory::read(PluginDirectory::built("good_reader")); }

template <typename T>
std::string patched(size_t offset, T value) {
  std::string bytes = good();
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
  return bytes;
}

TEST(BrokenFiles, Text) { EXPECT_EQ(reason_for("#!/bin/sh\necho this is no library\n"), reason::kNotElf); }

// As a file is that somebody has begun to write.
TEST(BrokenFiles, Empty) { EXPECT_EQ(reason_for(""), reason::kTruncated); }

TEST(BrokenFiles, OtherMachine) {
  EXPECT_EQ(reason_for(patched<Elf64_Half>(offsetof(Elf64_Ehdr, e_machine), EM_S390)), reason::kWrongArchitecture);
  EXPECT_EQ(reason_for(patched<unsigned char>(EI_CLASS, ELFCLASS32)), reason::kWrongArchitecture);
  EXPECT_EQ(reason_for(patched<unsigned char>(EI_DATA, ELFDATA2MSB)), reason::kWrongArchitecture);
}

TEST(BrokenFiles, NoSharedObject) {
  EXPECT_EQ(reason_for(patched<Elf64_Half>(offsetof(Elf64_Ehdr, e_type), ET_REL)), reason::kNotElf);
}

// A linker's output ends with its section header table, so every shorter file is known to be unfinished.
TEST(BrokenFiles, CutAtAnyLength) {
  const std::string whole = good();
  std::string name;
  ASSERT_TRUE(std::holds_alternative<Gated>(gate(whole, name)));
  for (size_t length = 0; length < whole.size(); length += length < 4096 ? 1 : 97) {
    auto result = gate(std::string_view(whole).substr(0, length), name);
    const auto* refusal = std::get_if<Refusal>(&result);
    ASSERT_NE(refusal, nullptr) << length;
    ASSERT_EQ(refusal->reason, reason::kTruncated) << length;
  }
  auto last = gate(std::string_view(whole).substr(0, whole.size() - 1), name);
  EXPECT_EQ(std::get<Refusal>(last).reason, reason::kTruncated);
  EXPECT_EQ(reason_for(whole.substr(0, whole.size() / 2)), reason::kTruncated);
}

TEST(BrokenFiles, OfferingMoreThanTheFileHolds) {
  EXPECT_EQ(reason_for(patched<Elf64_Off>(offsetof(Elf64_Ehdr, e_shoff), ~Elf64_Off{0} - 100)), reason::kTruncated);
  EXPECT_EQ(reason_for(patched<Elf64_Off>(offsetof(Elf64_Ehdr, e_phoff), ~Elf64_Off{0} - 100)), reason::kTruncated);
}

TEST(BrokenFiles, WithoutSectionHeaders) {
  EXPECT_EQ(reason_for(patched<Elf64_Half>(offsetof(Elf64_Ehdr, e_shnum), 0)), reason::kNoManifest);
}

TEST(BrokenFiles, Unreadable) {
  PluginDirectory directory;
  directory.add("good");
  std::filesystem::create_directory(directory.plugins() / "directory.so");
  std::filesystem::create_symlink("nowhere", directory.plugins() / "dangling.so");
  ASSERT_EQ(::mkfifo((directory.plugins() / "fifo.so").c_str(), 0600), 0);
  const auto plugins = directory.load();
  EXPECT_THAT(names(*plugins), ElementsAre("good"));
  ASSERT_EQ(plugins->refused().size(), 3u);
  for (const Refused& refused : plugins->refused()) EXPECT_EQ(refused.reason, reason::kNotReadable);
}

TEST(BrokenFiles, WritableByOthers) {
  for (const auto mode : {std::filesystem::perms(0775), std::filesystem::perms(0757)}) {
    PluginDirectory directory;
    directory.add("good");
    directory.add("good_reader");
    std::filesystem::permissions(directory.plugins() / "good_reader.so", mode);
    const auto plugins = directory.load();
    EXPECT_THAT(names(*plugins), ElementsAre("good"));
    EXPECT_EQ(reason_of(*plugins), reason::kUnsafePermissions);
    EXPECT_THAT(plugins->refused()[0].message, HasSubstr("chmod go-w"));
  }
}

// What is not named *.so, or begins with a dot as half-copied files do, is none of our business.
TEST(BrokenFiles, OtherFilesAreLeftAlone) {
  PluginDirectory directory;
  directory.add("good");
  directory.write("README.md", "hello");
  directory.write(".good.so.x1y2z3", good());
  directory.write(".hidden.so", "");
  directory.write("plugin.so.bak", "");
  const auto plugins = directory.load();
  EXPECT_THAT(names(*plugins), ElementsAre("good"));
  EXPECT_TRUE(plugins->refused().empty());
}

}  // namespace
}  // namespace solder::host

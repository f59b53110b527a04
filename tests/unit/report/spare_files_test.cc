// Files that are replaced without a new inode each time: what readers see, and what stays on the disk.
#include "core/report/spare_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace solder::report::spare_files_test {
namespace {

namespace fs = std::filesystem;

class Sparing : public ::testing::Test {
 protected:
  Sparing() {
    std::string name = (fs::temp_directory_path() / "solder-spare-XXXXXX").string();
    root = ::mkdtemp(name.data());
    spare = root + "/.spare";
  }
  ~Sparing() override { fs::remove_all(root); }

  std::string text(const std::string& name) const {
    std::ifstream in(root + "/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  ino_t inode(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(0, ::stat((root + "/" + name).c_str(), &status));
    return status.st_ino;
  }
  size_t spares() const {
    return fs::exists(spare) ? static_cast<size_t>(std::distance(fs::directory_iterator(spare), {})) : 0;
  }

  std::string root, spare;
};

TEST_F(Sparing, ReplacesWithTheSameFewInodes) {
  SpareFiles files(spare, std::chrono::seconds(0));
  std::set<ino_t> used;
  for (int round = 0; round < 50; ++round) {
    for (const std::string name : {"a", "b", "c"}) {
      // Now longer, now shorter.
      const std::string now = name + std::string(static_cast<size_t>(round * 7 % 40), 'x');
      ASSERT_EQ("", files.replace(root + "/" + name, now));
      ASSERT_EQ(now, text(name));
      used.insert(inode(name));
    }
  }
  EXPECT_LE(used.size(), 4U);
  EXPECT_LE(spares(), 1U);
}

TEST_F(Sparing, WhoeverReadsAFileReadsItToItsEnd) {
  SpareFiles files(spare, std::chrono::hours(1));
  ASSERT_EQ("", files.replace(root + "/a", "as it was"));
  const int reader = ::open((root + "/a").c_str(), O_RDONLY | O_CLOEXEC);
  for (int round = 0; round < 20; ++round) ASSERT_EQ("", files.replace(root + "/a", "round " + std::to_string(round)));
  std::array<char, 64> bytes{};
  const ssize_t count = ::read(reader, bytes.data(), bytes.size());
  ::close(reader);
  ASSERT_GT(count, 0);
  EXPECT_EQ("as it was", std::string(bytes.data(), static_cast<size_t>(count)));
  EXPECT_EQ(20U, spares()) << "none is written anew before its time";
}

TEST_F(Sparing, LeavesNothingBehind) {
  {
    SpareFiles files(spare, std::chrono::hours(1));
    for (int round = 0; round < 5; ++round) ASSERT_EQ("", files.replace(root + "/a", "text"));
    EXPECT_EQ(4U, spares());
  }
  EXPECT_FALSE(fs::exists(spare));
  EXPECT_EQ("text", text("a"));
}

TEST_F(Sparing, SweepsWhatWasLeft) {
  fs::create_directories(spare);
  std::ofstream(spare + "/17") << "of a process that was killed";
  SpareFiles::sweep(spare);
  EXPECT_FALSE(fs::exists(spare));
}

TEST_F(Sparing, WhatIsThereStaysWhereItCannotBeReplaced) {
  SpareFiles files(spare, std::chrono::seconds(0));
  EXPECT_NE("", files.replace(root + "/missing/a", "text"));
  ASSERT_EQ("", files.replace(root + "/a", "before"));
  std::ofstream(root + "/file") << "no directory";
  SpareFiles nowhere(root + "/file/.spare");
  EXPECT_NE("", nowhere.replace(root + "/a", "after"));
  EXPECT_EQ("before", text("a"));
}

}  // namespace
}  // namespace solder::report::spare_files_test

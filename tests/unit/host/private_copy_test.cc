// Private copies: one path for one content, closed to others, whole or not there.
#include "core/host/private_copy.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace solder::host {
namespace {

using ::testing::HasSubstr;

class PrivateCopy : public ::testing::Test {
 protected:
  PrivateCopy() {
    std::string pattern = (std::filesystem::temp_directory_path() / "solder-copy-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    directory_ = root_ / "a/b/copies";
  }
  ~PrivateCopy() override { std::filesystem::remove_all(root_); }

  static base::Result<std::string> copy_to(const std::string& directory, const std::string& bytes) {
    return private_copy(directory, "p", bytes, content_hash(bytes));
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static unsigned mode(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }
  size_t files() const {
    const std::filesystem::directory_iterator begin(directory_);
    return static_cast<size_t>(std::distance(begin, std::filesystem::directory_iterator()));
  }

  std::filesystem::path root_, directory_;
};

TEST_F(PrivateCopy, OnePathForOneContent) {
  ASSERT_TRUE(prepare_copy_directory(directory_).ok());
  EXPECT_EQ(mode(directory_), 0700u);
  const auto first = copy_to(directory_, "one"), again = copy_to(directory_, "one");
  const auto other = copy_to(directory_, "two");
  ASSERT_TRUE(first.ok() && again.ok() && other.ok());
  EXPECT_EQ(*first, *again);
  EXPECT_NE(*first, *other);
  EXPECT_EQ(read(*first), "one");
  EXPECT_EQ(read(*other), "two");
  EXPECT_EQ(mode(*first), 0500u);
  EXPECT_THAT(*first, HasSubstr("/copies/p-"));
  EXPECT_EQ(files(), 2u) << "nothing is left behind";
}

TEST_F(PrivateCopy, ADamagedCopyIsReplaced) {
  ASSERT_TRUE(prepare_copy_directory(directory_).ok());
  const auto path = copy_to(directory_, "one");
  ASSERT_TRUE(path.ok());
  std::filesystem::remove(*path);
  std::ofstream(*path) << "half";
  const auto again = copy_to(directory_, "one");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, *path);
  EXPECT_EQ(read(*path), "one");
}

TEST_F(PrivateCopy, OfAnyEnding) {
  ASSERT_TRUE(prepare_copy_directory(directory_).ok());
  const std::string bytes = "print()", hash = content_hash(bytes);
  EXPECT_FALSE(find_copy(directory_, "name", hash));
  const auto copy = private_copy(directory_, "name", bytes, hash, "py");
  ASSERT_TRUE(copy.ok());
  EXPECT_TRUE(copy->ends_with(".py"));
  std::ofstream(copy_path(directory_, "name", hash) + ".state") << "what it knew";
  std::ofstream(*copy + ".1.2.tmp") << "half";
  EXPECT_EQ(find_copy(directory_, "name", hash), *copy);
  EXPECT_FALSE(find_copy(directory_, "other", hash));
}

TEST_F(PrivateCopy, TheDirectoryIsClosedToOthers) {
  std::filesystem::create_directories(directory_);
  std::filesystem::permissions(directory_, std::filesystem::perms(0777));
  ASSERT_TRUE(prepare_copy_directory(directory_).ok());
  EXPECT_EQ(mode(directory_), 0700u);
}

TEST_F(PrivateCopy, WhatIsNoDirectory) {
  std::ofstream(root_ / "file") << "x";
  EXPECT_FALSE(prepare_copy_directory(root_ / "file").ok());
  // A link could lead where others write.
  std::filesystem::create_directory(root_ / "real");
  std::filesystem::create_symlink("real", root_ / "link");
  EXPECT_FALSE(prepare_copy_directory(root_ / "link").ok());
  EXPECT_FALSE(copy_to(root_ / "nowhere", "one").ok());
}

TEST_F(PrivateCopy, ManyAtOnce) {
  ASSERT_TRUE(prepare_copy_directory(directory_).ok());
  const std::string bytes(100000, 'x');
  std::vector<std::thread> threads;
  std::vector<std::string> paths(8);
  for (std::string& path : paths) {
    threads.emplace_back([&] {
      const auto copy = copy_to(directory_, bytes);
      if (copy.ok()) path = *copy;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& path : paths) EXPECT_EQ(path, paths[0]);
  EXPECT_EQ(read(paths[0]), bytes);
  EXPECT_EQ(files(), 1u);
}

TEST_F(PrivateCopy, TheStemOfACopyAndOfWhatLiesBesideIt) {
  const std::string hash = content_hash("content");
  const std::string stem = copy_path("/copies", "a-b", hash, "");
  for (const char* end : {"so", "py", "so.state", "so.tmp"}) EXPECT_EQ(copy_stem(stem + end), stem);
  EXPECT_EQ(copy_stem("/copies/a-b-" + hash + ".so"), "") << "too many digits";
  EXPECT_EQ(copy_stem("/copies/history.jsonl"), "");
  EXPECT_EQ(copy_stem("/copies/" + hash), "");
  EXPECT_EQ(copy_stem("/copies." + hash.substr(0, 32) + "/x"), "") << "a directory's name is no file's";
}

}  // namespace
}  // namespace solder::host

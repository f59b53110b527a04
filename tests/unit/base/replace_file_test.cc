#include "core/base/replace_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace solder::base {
namespace {

using ::testing::HasSubstr;

class ReplaceFile : public ::testing::Test {
 protected:
  ReplaceFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "solder-replace-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~ReplaceFile() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string at(const char* name) const { return directory_ / name; }
  [[nodiscard]] std::string read(const char* name) const {
    std::ifstream in(at(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path directory_;
};

TEST_F(ReplaceFile, LeavesTheNewContentAndNothingElse) {
  ASSERT_TRUE(replace_file(at("a"), at("a.tmp"), "one", 0600).ok());
  ASSERT_TRUE(replace_file(at("a"), at("a.tmp"), std::string("t\0o", 3), 0600).ok());
  EXPECT_EQ(read("a"), std::string("t\0o", 3));
  EXPECT_FALSE(std::filesystem::exists(at("a.tmp")));
}

TEST_F(ReplaceFile, HasTheModeWhateverTheUmask) {
  const mode_t before = ::umask(077);
  ASSERT_TRUE(replace_file(at("a"), at("a.tmp"), "one", 0755).ok());
  ::umask(before);
  struct stat info {};
  ASSERT_EQ(::stat(at("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0755u);
}

TEST_F(ReplaceFile, WhatWasThereStaysWhereItFails) {
  std::filesystem::create_directories(at("taken"));
  const auto status = replace_file(at("taken"), at("taken.tmp"), "one", 0600);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("taken cannot be written: Is a directory"));
  EXPECT_TRUE(std::filesystem::is_directory(at("taken")));
  EXPECT_FALSE(std::filesystem::exists(at("taken.tmp")));
  EXPECT_THAT(replace_file(at("nowhere/a"), at("nowhere/a.tmp"), "one", 0600).message(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace solder::base

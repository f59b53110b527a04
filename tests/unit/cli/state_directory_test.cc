#include "cli/state_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace solder::cli::state_directory_test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class StateDirectoryTest : public ::testing::Test {
 protected:
  StateDirectoryTest() {
    root_ = ::testing::TempDir() + "solder-state-XXXXXX";
    EXPECT_NE(nullptr, mkdtemp(root_.data()));
  }
  ~StateDirectoryTest() override { fs::remove_all(root_); }

  std::string root_;
};

TEST_F(StateDirectoryTest, IsMadeWithItsParentsForItsOwnerOnly) {
  const auto state = StateDirectory::open(root_ + "/a/b");
  ASSERT_TRUE(state.ok()) << state.status().message();
  EXPECT_EQ(root_ + "/a/b/status", state->below("status"));
  struct stat info {};
  ASSERT_EQ(0, stat((root_ + "/a/b").c_str(), &info));
  EXPECT_EQ(0700u, info.st_mode & 0777);
}

TEST_F(StateDirectoryTest, BelongsToOneProcess) {
  auto first = StateDirectory::open(root_);
  ASSERT_TRUE(first.ok());
  const auto second = StateDirectory::open(root_);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.status().message(), HasSubstr("in use by the solder with process id " + std::to_string(getpid())));
  { const StateDirectory ended = std::move(*first); }
  EXPECT_TRUE(StateDirectory::open(root_).ok());
}

TEST_F(StateDirectoryTest, SaysWhatIsInTheWay) {
  std::ofstream(root_ + "/file") << "x";
  EXPECT_THAT(StateDirectory::open(root_ + "/file").status().message(),
              HasSubstr("state directory " + root_ + "/file: "));
  EXPECT_THAT(StateDirectory::open(root_ + "/file/below").status().message(), HasSubstr("it cannot be made"));
  // A directory that even root cannot write to.
  EXPECT_THAT(StateDirectory::open("/proc/self").status().message(), HasSubstr("cannot be written to"));
}

}  // namespace
}  // namespace solder::cli::state_directory_test

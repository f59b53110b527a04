// Odd files are named, not waited for and not read without end.
#include "core/store/file_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/store/temp_directory.h"

namespace solder::store {
namespace {

using Outcome = FileContent::Outcome;

TEST(FileReader, ReadsAFileWhole) {
  const TempDirectory dir;
  const std::string text(10'000, 'x');
  dir.write("a.yaml", text);
  const auto content = read_file(dir.at("a.yaml"), 1 << 20);
  ASSERT_EQ(content.outcome, Outcome::kRead);
  EXPECT_EQ(content.text, text);
  EXPECT_EQ(content.stamp.size, 10'000);
}

TEST(FileReader, AMissingFileIsNoProblem) {
  const TempDirectory dir;
  EXPECT_EQ(read_file(dir.at("none.yaml"), 100).outcome, Outcome::kMissing);
  dir.write("file", "");
  EXPECT_EQ(read_file(dir.at("file/none.yaml"), 100).outcome, Outcome::kMissing);
}

TEST(FileReader, AFifoIsNotWaitedFor) {
  const TempDirectory dir;
  ASSERT_EQ(::mkfifo(dir.at("x.yaml").c_str(), 0600), 0);
  const auto content = read_file(dir.at("x.yaml"), 100);
  ASSERT_EQ(content.outcome, Outcome::kProblem);
  EXPECT_EQ(content.problem.reason, "UnreadableFile");
  EXPECT_EQ(content.problem.message, "this is no file but a FIFO");
}

TEST(FileReader, ADirectoryAndADeviceAreNoFiles) {
  EXPECT_EQ(read_file("/", 100).problem.message, "this is no file but a directory");
  EXPECT_EQ(read_file("/dev/zero", 100).problem.message, "this is no file but a device");
}

TEST(FileReader, TheKernelsWordsAreGiven) {
  const TempDirectory dir;
  dir.link("self.yaml", "self.yaml");
  const auto content = read_file(dir.at("self.yaml"), 100);
  EXPECT_EQ(content.problem.message, "the file cannot be read: Too many levels of symbolic links");
  // Its size is unknown and its beginning may not be read.
  EXPECT_EQ(read_file("/proc/self/mem", 100).problem.message, "the file cannot be read: Input/output error");
}

TEST(FileReader, AFileOfUnknownSizeIsReadToItsEnd) {
  const auto content = read_file("/proc/self/status", 1 << 20);
  ASSERT_EQ(content.outcome, Outcome::kRead);
  EXPECT_NE(content.text.find("Name:"), std::string::npos);
  EXPECT_EQ(read_file("/proc/self/status", 10).problem.reason, "TooLarge");
}

TEST(FileReader, ALargeFileIsNotRead) {
  const TempDirectory dir;
  dir.write("a.yaml", "");
  std::filesystem::resize_file(dir.at("a.yaml"), 200u << 20);  // sparse
  const auto content = read_file(dir.at("a.yaml"), 64u << 20);
  ASSERT_EQ(content.outcome, Outcome::kProblem);
  EXPECT_EQ(content.problem.reason, "TooLarge");
  EXPECT_EQ(content.problem.message, "the file is larger than 64 MiB and is not read");
  EXPECT_EQ(content.problem.found, "209715200 bytes");
  EXPECT_TRUE(content.text.empty());
}

TEST(FileReader, AFileJustWrittenIsNotSettled) {
  const TempDirectory dir;
  dir.write("a.yaml", "x");
  EXPECT_FALSE(read_file(dir.at("a.yaml"), 100).settled);
  EXPECT_TRUE(read_file("/etc/passwd", 1 << 20).settled);
}

}  // namespace
}  // namespace solder::store

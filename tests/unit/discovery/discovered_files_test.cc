// Files of what was found: written when it is new, and gone with their object.
#include "core/discovery/discovered_files.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "core/discovery/discovered_fields.h"
#include "core/store/store.h"

namespace solder::discovery {
namespace {

namespace fs = std::filesystem;

class DiscoveredFilesTest : public ::testing::Test {
 protected:
  ~DiscoveredFilesTest() override { fs::remove_all(root); }

  static host::PublishedList found(const std::string& name, const std::string& items = R"([{"logicalName":"a"}])") {
    return {{"Upstream", "ns", name}, "/spec/aws/lambdaFunctions", "logicalName", items};
  }
  size_t objects() const { return store::read_files({root + "/found"}).changes.size(); }

  static std::string new_directory() {
    std::string pattern = (fs::temp_directory_path() / "solder-test-XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }

  const std::string root = new_directory();
  DiscoveredFiles files{root + "/found"};
};

TEST_F(DiscoveredFilesTest, WrittenOnlyWhenItIsNew) {
  ASSERT_TRUE(files.put("p", found("a")).ok());
  ASSERT_TRUE(files.put("p", found("a")).ok());
  EXPECT_EQ(files.writes(), 1u);
  ASSERT_TRUE(files.put("p", found("a", "[]")).ok());
  EXPECT_EQ(files.writes(), 2u);
  DiscoveredFiles later(root + "/found");
  ASSERT_TRUE(later.put("p", found("a", "[]")).ok());
  EXPECT_EQ(later.writes(), 0u) << "a restart is no news";
  EXPECT_EQ(objects(), 1u);
}

TEST_F(DiscoveredFilesTest, ChangedByHandItIsWrittenAgain) {
  ASSERT_TRUE(files.put("p", found("a")).ok());
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file()) fs::remove(entry.path());
  ASSERT_TRUE(files.put("p", found("a")).ok());
  EXPECT_EQ(objects(), 1u);
}

TEST_F(DiscoveredFilesTest, GoneWithTheObject) {
  ASSERT_TRUE(files.put("p", found("a")).ok());
  ASSERT_TRUE(files.put("q", found("a")).ok());
  ASSERT_TRUE(files.put("p", found("ab")).ok());
  EXPECT_EQ(objects(), 3u);
  files.remove({"Upstream", "ns", "a"});
  EXPECT_EQ(objects(), 1u);
  files.remove({"Upstream", "elsewhere", "ab"});
  EXPECT_EQ(objects(), 1u);
}

TEST_F(DiscoveredFilesTest, ADiskThatTakesNothing) {
  std::ofstream(root + "/file") << "in the way";
  DiscoveredFiles blocked(root + "/file");
  EXPECT_FALSE(blocked.put("p", found("a")).ok());
}

}  // namespace
}  // namespace solder::discovery

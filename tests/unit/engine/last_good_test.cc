// The journal of last good versions: over restarts, private, tolerant of broken lines, bounded.
#include "core/engine/last_good.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace solder::engine::last_good_test {
namespace {

class LastGood : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("solder-last-good-" + std::to_string(::getpid()));
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static model::ObjectPtr object(const std::string& name, uint64_t version) {
    auto made = std::make_shared<model::Object>();
    made->ref = {"Secret", "default", name};
    made->api_version = "v1";
    made->json = "{\"version\":" + std::to_string(version) + "}";
    made->hash = version;
    return made;
  }
  [[nodiscard]] std::string file() const { return (directory_ / "last-good.jsonl").string(); }

  std::filesystem::path directory_;
};

TEST_F(LastGood, SurvivesARestart) {
  {
    LastGoodJournal journal(directory_);
    journal.set({"Secret", "default", "a"}, object("a", 1));
    journal.set({"Secret", "default", "a"}, object("a", 2));
    journal.set({"Secret", "default", "b"}, object("b", 1));
    journal.set({"Secret", "default", "b"}, nullptr);
    journal.flush();
  }
  LastGoodJournal again(directory_);
  ASSERT_EQ(again.loaded().size(), 1u);
  EXPECT_EQ(again.loaded().begin()->second->json, "{\"version\":2}");
  EXPECT_EQ(again.loaded().begin()->second->hash, 2u);
}

TEST_F(LastGood, IsReadableByItsOwnerOnly) {
  LastGoodJournal journal(directory_);
  journal.set({"Secret", "default", "a"}, object("a", 1));
  journal.flush();
  struct stat info {};
  ASSERT_EQ(::stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(LastGood, WhatIsToStayInMemoryIsNotWrittenAndTakesTheOlderOneAlong) {
  {
    LastGoodJournal journal(directory_);
    journal.set({"Secret", "default", "a"}, object("a", 1));
    auto kept = std::make_shared<model::Object>(*object("a", 2));
    kept->annotations["solder.io/keep"] = "memory";
    journal.set(kept->ref, kept);
    journal.flush();
  }
  EXPECT_TRUE(LastGoodJournal(directory_).loaded().empty());
}

TEST_F(LastGood, WhatWasSetIsWrittenAtTheEnd) {
  {
    LastGoodJournal journal(directory_);
    for (uint64_t i = 1; i <= 3000; ++i)
      journal.set({"Secret", "default", "s" + std::to_string(i)}, object("s" + std::to_string(i), i));
    for (uint64_t i = 1; i <= 3000; i += 2) journal.set({"Secret", "default", "s" + std::to_string(i)}, nullptr);
  }
  EXPECT_EQ(LastGoodJournal(directory_).loaded().size(), 1500u);
}

TEST_F(LastGood, PassesOverALineThatCannotBeRead) {
  {
    LastGoodJournal journal(directory_);
    journal.set({"Secret", "default", "a"}, object("a", 1));
    journal.flush();
  }
  std::ofstream(file(), std::ios::app) << "{\"kind\":\"Secret\",\"namespace\":7}\n{half a li";
  LastGoodJournal again(directory_);
  EXPECT_EQ(again.loaded().size(), 1u);
}

TEST_F(LastGood, IsWrittenAnewWhenMostOfItIsOld) {
  LastGoodJournal journal(directory_);
  // What waits to be written is only the newest version, so each is waited for.
  for (uint64_t i = 1; i <= 5000; ++i) {
    journal.set({"Secret", "default", "a"}, object("a", i));
    journal.flush();
  }
  std::ifstream in(file());
  size_t lines = 0;
  for (std::string line; std::getline(in, line);) ++lines;
  EXPECT_LT(lines, 1100u);
}

}  // namespace
}  // namespace solder::engine::last_good_test

// The store on a real directory: files come, change, move and go, saved as editors save them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/store.h"
#include "tests/unit/store/store_watcher.h"
#include "tests/unit/store/temp_directory.h"

namespace solder::store {
namespace {

TEST(FileStore, TellsTheWorldAndThenWhatChanges) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("a"));
  StoreWatcher store({dir.path()});
  store.until_world("a:80");
  dir.write("b.yaml", upstream("b"));
  store.until_world("a:80 b:80");
  dir.write("a.yaml", upstream("a", 81));
  store.until_world("a:81 b:80");
  dir.remove("b.yaml");
  store.until_world("a:81");
}

TEST(FileStore, AnEmptyDirectoryIsAWholeWorld) {
  const TempDirectory dir;
  StoreWatcher store({dir.path()});
  EXPECT_EQ(store.batches(), 1u);
}

TEST(FileStore, AtomicRenameOverAFile) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("a"));
  StoreWatcher store({dir.path()});
  dir.write("a.yaml.tmp", upstream("a", 81));
  dir.rename("a.yaml.tmp", "a.yaml");
  store.until_world("a:81");
  EXPECT_EQ(store.deletions(), 0);
}

// vim with backup: 4913 is tried, the file moved to a~ and written anew, then the backup deleted.
TEST(FileStore, VimsSaveIsNoDeletion) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("a"));
  StoreWatcher store({dir.path()});
  dir.write("4913", "");
  dir.remove("4913");
  dir.rename("a.yaml", "a.yaml~");
  dir.write("a.yaml", upstream("a", 81));
  dir.remove("a.yaml~");
  store.until_world("a:81");
  EXPECT_EQ(store.deletions(), 0);
}

// emacs: a lock link .#a, an auto-save #a#, the file renamed to a~, written anew.
TEST(FileStore, EmacsSaveIsNoDeletion) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("a"));
  StoreWatcher store({dir.path()});
  dir.link("me@host.1234:1", ".#a.yaml");
  dir.write("#a.yaml#", upstream("other"));
  dir.rename("a.yaml", "a.yaml~");
  dir.write("a.yaml", upstream("a", 81));
  dir.remove(".#a.yaml");
  dir.remove("#a.yaml#");
  store.until_world("a:81");
  EXPECT_EQ(store.deletions(), 0);
}

TEST(FileStore, SedInPlace) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("a"));
  StoreWatcher store({dir.path()});
  ASSERT_EQ(std::system(("sed -i 's/port: 80/port: 81/' " + dir.at("a.yaml")).c_str()), 0);
  store.until_world("a:81");
  EXPECT_EQ(store.deletions(), 0);
}

TEST(FileStore, AWriterThatKeepsTheFileOpenIsReadWhenItIsQuiet) {
  const TempDirectory dir;
  StoreWatcher store({dir.path()});
  const int file = ::open(dir.at("a.yaml").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string text = upstream("a");
  ASSERT_EQ(::write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  store.until_world("a:80");
  ::close(file);
}

TEST(FileStore, AHalfWrittenFileIsNotRead) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("a") + "---\n" + upstream("b"));
  StoreWatcher store({dir.path()});
  const std::string text = upstream("a", 81) + "---\n" + upstream("b", 81);
  const int file = ::open(dir.at("a.yaml").c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  for (const char c : text) ASSERT_EQ(::write(file, &c, 1), 1);
  ::close(file);
  store.until_world("a:81 b:81");
  EXPECT_EQ(store.deletions(), 0);
}

TEST(FileStore, ABrokenFileKeepsItsLastGoodObjects) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("a"));
  StoreWatcher store({dir.path()});
  dir.write("a.yaml", "kind: [broken\n");
  EXPECT_TRUE(store.until([&] { return store.problems() > 0; }));
  store.until_world("a:80");
  dir.write("a.yaml", upstream("a", 81));
  store.until_world("a:81");
  EXPECT_TRUE(store.until_no_problems());
  EXPECT_EQ(store.deletions(), 0);
}

TEST(FileStore, AFileThatBecomesUnreadableKeepsItsObjects) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("a"));
  StoreWatcher store({dir.path()});
  ASSERT_EQ(::mkfifo(dir.at("pipe").c_str(), 0600), 0);
  dir.rename("pipe", "a.yaml");
  EXPECT_TRUE(store.until_problem("UnreadableFile", dir.at("a.yaml")));
  store.until_world("a:80");
  dir.remove("a.yaml");
  store.until_world("");
  EXPECT_TRUE(store.until_no_problems());
}

TEST(FileStore, TheSecondOfTwoTakesOver) {
  const TempDirectory dir;
  dir.write("a.yaml", upstream("x", 1));
  dir.write("b.yaml", upstream("x", 2));
  StoreWatcher store({dir.path()});
  store.until_world("x:1");
  EXPECT_TRUE(store.until_problem("DuplicateObject", dir.at("b.yaml")));
  dir.remove("a.yaml");
  store.until_world("x:2");
  EXPECT_TRUE(store.until_no_problems());
}

TEST(FileStore, ABurstIsToldInFewBatches) {
  const TempDirectory dir;
  StoreWatcher store({dir.path()});
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 2000; ++i) dir.write("f" + std::to_string(i) + ".yaml", upstream("u" + std::to_string(i)));
  EXPECT_TRUE(store.until([&] { return store.size() == 2000; }));
  // However slow the writer: the first at once, then at most one every 5 ms.
  const auto time = std::chrono::steady_clock::now() - begun;
  EXPECT_LE(store.batches(), 3u + static_cast<size_t>(time / std::chrono::milliseconds(5)));
  for (int i = 0; i < 2000; ++i) dir.remove("f" + std::to_string(i) + ".yaml");
  EXPECT_TRUE(store.until([&] { return store.size() == 0; }));
}

TEST(FileStore, CanBeStoppedAndIsStartedOnce) {
  const TempDirectory dir;
  const auto store = make_file_store({dir.path()});
  ASSERT_TRUE(store->start([](Batch) {}).ok());
  EXPECT_FALSE(store->start([](Batch) {}).ok());
  store->stop();
  store->stop();
}

}  // namespace
}  // namespace solder::store

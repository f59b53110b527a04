// The store while the tree itself changes: directories, links, Kubernetes' mounts.
#include <gtest/gtest.h>

#include "core/store/store.h"
#include "tests/unit/store/store_watcher.h"
#include "tests/unit/store/temp_directory.h"

namespace solder::store {
namespace {

TEST(FileStoreShape, NewDirectoriesAreWatched) {
  const TempDirectory dir;
  StoreWatcher store({dir.path()});
  dir.make("one/two");
  dir.write("one/two/a.yaml", upstream("a"));
  store.until_world("a:80");
  dir.write("one/two/a.yaml", upstream("a", 81));
  store.until_world("a:81");
  dir.write("one/b.yaml", upstream("b"));
  store.until_world("a:81 b:80");
  dir.remove("one");
  store.until_world("");
}

TEST(FileStoreShape, AMovedDirectoryIsNoDeletion) {
  const TempDirectory dir;
  dir.make("one");
  dir.write("one/a.yaml", upstream("a"));
  StoreWatcher store({dir.path()});
  dir.rename("one", "two");
  dir.write("two/a.yaml", upstream("a", 81));
  store.until_world("a:81");
  EXPECT_EQ(store.deletions(), 0);
  dir.write("two/b.yaml", upstream("b"));
  store.until_world("a:81 b:80");
}

TEST(FileStoreShape, FilesAndDirectoriesMoveInAndOut) {
  const TempDirectory dir;
  const TempDirectory outside;
  outside.make("sub");
  outside.write("sub/a.yaml", upstream("a"));
  outside.write("b.yaml", upstream("b"));
  StoreWatcher store({dir.path()});
  std::filesystem::rename(outside.at("sub"), dir.at("sub"));
  std::filesystem::rename(outside.at("b.yaml"), dir.at("b.yaml"));
  store.until_world("a:80 b:80");
  std::filesystem::rename(dir.at("sub"), outside.at("sub"));
  store.until_world("b:80");
  outside.write("sub/c.yaml", upstream("c"));  // no longer ours
  std::filesystem::rename(dir.at("b.yaml"), outside.at("b.yaml"));
  store.until_world("");
}

// As the kubelet mounts a ConfigMap: visible links through ..data, which is swapped by a rename.
TEST(FileStoreShape, KubernetesSwapIsOneChange) {
  const TempDirectory dir;
  dir.make("..1");
  dir.write("..1/a.yaml", upstream("a"));
  dir.write("..1/b.yaml", upstream("b"));
  dir.link("..1", "..data");
  dir.link("..data/a.yaml", "a.yaml");
  dir.link("..data/b.yaml", "b.yaml");
  StoreWatcher store({dir.path()});
  store.until_world("a:80 b:80");
  for (int round = 2; round < 6; ++round) {
    const std::string next = ".." + std::to_string(round);
    dir.make(next);
    dir.write(next + "/a.yaml", upstream("a", 80 + round));
    dir.write(next + "/b.yaml", upstream("b"));
    dir.link(next, "..data_tmp");
    dir.rename("..data_tmp", "..data");
    dir.remove(".." + std::to_string(round - 1));
    store.until_world("a:" + std::to_string(80 + round) + " b:80");
  }
  EXPECT_EQ(store.deletions(), 0);
}

TEST(FileStoreShape, ALinksTargetMayChangeWhereverItIs) {
  const TempDirectory dir;
  const TempDirectory outside;
  outside.write("real", upstream("a"));
  dir.link(outside.at("real"), "a.yaml");
  StoreWatcher store({dir.path()});
  store.until_world("a:80");
  outside.write("real", upstream("a", 81));
  store.until_world("a:81");
  outside.remove("real");
  store.until_world("");
  EXPECT_TRUE(store.until_problem("UnreadableFile", dir.at("a.yaml")));
  outside.write("real", upstream("a", 82));
  store.until_world("a:82");
  EXPECT_TRUE(store.until_no_problems());
}

TEST(FileStoreShape, ALinkedDirectoryIsWatched) {
  const TempDirectory dir;
  const TempDirectory outside;
  outside.make("one");
  outside.make("two");
  outside.write("one/a.yaml", upstream("a"));
  outside.write("two/a.yaml", upstream("a", 81));
  StoreWatcher store({dir.path()});
  dir.link(outside.at("one"), "linked");
  store.until_world("a:80");
  outside.write("one/b.yaml", upstream("b"));
  store.until_world("a:80 b:80");
  dir.link(outside.at("two"), "next");
  dir.rename("next", "linked");
  store.until_world("a:81");
}

TEST(FileStoreShape, LoopsAreNamedAndHarmless) {
  const TempDirectory dir;
  StoreWatcher store({dir.path()});
  dir.link(".", "loop");
  EXPECT_TRUE(store.until_problem("SymlinkLoop", dir.at("loop")));
  dir.write("a.yaml", upstream("a"));
  store.until_world("a:80");
  dir.remove("loop");
  EXPECT_TRUE(store.until_no_problems());
}

TEST(FileStoreShape, ADirectoryThatDoesNotExistYetIsAwaited) {
  const TempDirectory dir;
  StoreWatcher store({dir.at("one/two")});
  EXPECT_TRUE(store.until_problem("MissingPath", dir.at("one/two")));
  dir.make("one");
  dir.make("one/two");
  dir.write("one/two/a.yaml", upstream("a"));
  store.until_world("a:80");
  EXPECT_TRUE(store.until_no_problems());
}

TEST(FileStoreShape, TheDirectoryMayBeDeletedAndMadeAgain) {
  const TempDirectory dir;
  dir.make("root");
  dir.write("root/a.yaml", upstream("a"));
  StoreWatcher store({dir.at("root")});
  dir.remove("root");
  store.until_world("");
  EXPECT_TRUE(store.until_problem("MissingPath", dir.at("root")));
  dir.make("root");
  dir.write("root/a.yaml", upstream("a", 81));
  store.until_world("a:81");
  dir.write("root/a.yaml", upstream("a", 82));
  store.until_world("a:82");
  EXPECT_TRUE(store.until_no_problems());
}

TEST(FileStoreShape, TheDirectoryMayBeSwappedForAnother) {
  const TempDirectory dir;
  dir.make("one");
  dir.make("two");
  dir.write("one/a.yaml", upstream("a"));
  dir.write("two/a.yaml", upstream("a", 81));
  dir.link("one", "current");
  StoreWatcher store({dir.at("current")});
  store.until_world("a:80");
  dir.link("two", "next");
  dir.rename("next", "current");
  store.until_world("a:81");
  dir.write("two/a.yaml", upstream("a", 82));
  store.until_world("a:82");
  EXPECT_EQ(store.deletions(), 0);
}

TEST(FileStoreShape, OneFileMayBeTheRoot) {
  const TempDirectory dir;
  dir.write("config.txt", upstream("a"));
  StoreWatcher store({dir.at("config.txt")});
  store.until_world("a:80");
  dir.write("other.yaml", upstream("b"));
  dir.write("config.txt", upstream("a", 81));
  store.until_world("a:81");
  dir.write("new", upstream("a", 82));
  dir.rename("new", "config.txt");
  store.until_world("a:82");
  EXPECT_EQ(store.deletions(), 0);
}

}  // namespace
}  // namespace solder::store

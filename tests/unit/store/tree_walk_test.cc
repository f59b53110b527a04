// Which files a walk finds, by which path, and which entries it depends on.
#include "core/store/tree_walk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "tests/unit/store/temp_directory.h"

namespace solder::store {
namespace {

class Recorder : public WalkVisitor {
 public:
  void directory(const std::string& path, const std::string& /*real*/) override { directories.insert(path); }
  void entry(const std::string& directory, const std::string& name) override { entries.insert(directory + "/" + name); }
  std::set<std::string> directories;
  std::set<std::string> entries;
};

class TreeWalk : public ::testing::Test {
 protected:
  // Paths relative to the directory, in order, with spaces between.
  std::string found(const std::vector<std::string>& roots) {
    tree = walk(roots, recorder);
    std::string out;
    for (const auto& [path, file] : tree.files) out += (out.empty() ? "" : " ") + path.substr(dir.path().size() + 1);
    return out;
  }
  std::string found() { return found({dir.path()}); }
  std::string problems() const {
    std::string out;
    for (const auto& problem : tree.problems) {
      out += (out.empty() ? "" : " ") + problem.reason + ":" + problem.where.file.substr(dir.path().size());
    }
    return out;
  }

  TempDirectory dir;
  Recorder recorder;
  Tree tree;
};

TEST_F(TreeWalk, IsRecursiveAndPassesOverWhatIsNoManifest) {
  dir.make("sub/deep");
  dir.make(".git");
  for (const char* name : {"a.yaml", "sub/deep/b.json", ".git/c.yaml", "notes.txt", "a.yaml~"}) dir.write(name, "");
  EXPECT_EQ(found(), "a.yaml sub/deep/b.json");
  EXPECT_EQ(problems(), "");
  EXPECT_TRUE(tree.files.at(dir.at("a.yaml")).direct);
}

TEST_F(TreeWalk, AFileGivenDirectlyIsReadWhateverItsName) {
  dir.write("notes.txt", "");
  EXPECT_EQ(found({dir.at("notes.txt")}), "notes.txt");
}

TEST_F(TreeWalk, ADirectoryMayBeNamedLikeAManifest) {
  dir.make("x.yaml");
  dir.write("x.yaml/a.yaml", "");
  EXPECT_EQ(found(), "x.yaml/a.yaml");
}

TEST_F(TreeWalk, LinksAreFollowedAndEachFileReadOnce) {
  const TempDirectory elsewhere;
  elsewhere.write("far.yaml", "");
  dir.make("real");
  dir.write("real/a.yaml", "");
  dir.link("real", "again");                     // a directory twice
  dir.link("real/a.yaml", "a-link.yaml");        // a file twice
  dir.link(elsewhere.path(), "outside");         // a directory elsewhere
  dir.link(elsewhere.at("far.yaml"), "z.yaml");  // the same file again
  EXPECT_EQ(found(), "outside/far.yaml real/a.yaml");
  EXPECT_EQ(problems(), "");
}

TEST_F(TreeWalk, RootsMayOverlap) {
  dir.make("sub");
  dir.write("sub/a.yaml", "");
  EXPECT_EQ(found({dir.path() + "/", dir.at("sub"), dir.at("sub/a.yaml")}), "sub/a.yaml");
}

TEST_F(TreeWalk, LoopsAreCutAndNamed) {
  dir.make("sub/deep");
  dir.write("sub/a.yaml", "");
  dir.link(".", "here");
  dir.link("../..", "sub/deep/up");
  dir.link("self", "self");
  EXPECT_EQ(found(), "sub/a.yaml");
  EXPECT_EQ(problems(), "SymlinkLoop:/self SymlinkLoop:/here SymlinkLoop:/sub/deep/up");
  EXPECT_EQ(tree.problems.back().found, "../..");
}

TEST_F(TreeWalk, TwoDirectoriesThatLinkToEachOtherAreALoop) {
  dir.make("a");
  dir.make("b");
  dir.write("a/x.yaml", "");
  dir.link("../b", "a/to-b");
  dir.link("../a", "b/to-a");
  EXPECT_EQ(found(), "a/x.yaml");
  EXPECT_EQ(problems(), "SymlinkLoop:/a/to-b SymlinkLoop:/b/to-a");
}

TEST_F(TreeWalk, ADanglingLinkIsAProblemWhereItIsNamedLikeAManifest) {
  dir.link("nowhere", "x.yaml");
  dir.link("nowhere", "plain");
  EXPECT_EQ(found(), "");
  EXPECT_EQ(problems(), "UnreadableFile:/x.yaml");
  EXPECT_EQ(tree.problems.front().message, "this link leads to nowhere, which is not there");
}

TEST_F(TreeWalk, AMissingRootIsAProblemAndItsParentsAreWatched) {
  EXPECT_EQ(found({dir.at("none/deeper")}), "");
  EXPECT_EQ(problems(), "MissingPath:/none/deeper");
  EXPECT_EQ(tree.problems.front().severity, model::Severity::kError);
  EXPECT_EQ(recorder.entries.count(dir.at("none")), 1u);
}

TEST_F(TreeWalk, ALinkDependsOnEveryEntryOnItsWay) {
  dir.make("..one");
  dir.write("..one/a.yaml", "");
  dir.link("..one", "..data");
  dir.link("..data/a.yaml", "a.yaml");
  EXPECT_EQ(found(), "a.yaml");
  EXPECT_FALSE(tree.files.at(dir.at("a.yaml")).direct);
  for (const char* entry : {"a.yaml", "..data", "..one", "..one/a.yaml"}) {
    EXPECT_EQ(recorder.entries.count(dir.at(entry)), 1u) << entry;
  }
}

TEST_F(TreeWalk, VeryDeepDirectoriesAreWalked) {
  std::string deep = "d";
  for (int i = 0; i < 200; ++i) deep += "/d";
  dir.make(deep);
  dir.write(deep + "/a.yaml", "");
  EXPECT_EQ(found(), deep + "/a.yaml");
}

}  // namespace
}  // namespace solder::store

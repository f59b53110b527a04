// Status files: written when they change, gone with their objects, whatever objects are called. A writer writes what is
// pending before it goes, so tests end one to see its files.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/report/reporter.h"
#include "core/report/status_path.h"

namespace solder::report::status_writer_test {
namespace {

namespace fs = std::filesystem;

model::ObjectReport report_of(const std::string& name, model::State state = model::State::kAccepted) {
  model::ObjectReport report;
  report.object = {"Upstream", "default", name};
  report.state = state;
  return report;
}

class Writing : public ::testing::Test {
 protected:
  Writing() {
    std::string name = (fs::temp_directory_path() / "solder-status-XXXXXX").string();
    root = ::mkdtemp(name.data());
    directory = root + "/status";
  }
  ~Writing() override { fs::remove_all(root); }

  void write(std::vector<model::ObjectReport> reports) const {
    StatusWriter(directory).write({std::move(reports), {}});
  }
  std::set<std::string> files() const {
    std::set<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (entry.is_regular_file()) out.insert(entry.path().string().substr(directory.size() + 1));
    }
    return out;
  }
  std::string text(const std::string& file) const {
    std::ifstream in(directory + "/" + file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  ino_t inode(const std::string& file) const {
    struct stat status {};
    EXPECT_EQ(::stat((directory + "/" + file).c_str(), &status), 0);
    return status.st_ino;
  }

  std::string root, directory;
};

TEST_F(Writing, OneFileAnObject) {
  write({report_of("a"), report_of("b", model::State::kWarning)});
  EXPECT_EQ(files(), (std::set<std::string>{"Upstream/default/a.yaml", "Upstream/default/b.yaml"}));
  EXPECT_EQ(text("Upstream/default/b.yaml"), to_yaml(report_of("b", model::State::kWarning)));
}

TEST_F(Writing, WhatDidNotChangeIsNotWrittenAgainNotEvenByTheNextProcess) {
  write({report_of("a"), report_of("b")});
  const auto a = inode("Upstream/default/a.yaml");
  const auto b = inode("Upstream/default/b.yaml");
  write({report_of("a"), report_of("b", model::State::kRejected)});
  EXPECT_EQ(inode("Upstream/default/a.yaml"), a);
  EXPECT_NE(inode("Upstream/default/b.yaml"), b);
}

TEST_F(Writing, FilesOfObjectsThatAreGoneGoWithTheirDirectories) {
  write({report_of("a"), report_of("b")});
  std::ofstream(directory + "/Upstream/default/a.yaml.tmp") << "half";
  write({report_of("b")});
  EXPECT_EQ(files(), std::set<std::string>{"Upstream/default/b.yaml"});
  write({});
  EXPECT_TRUE(fs::is_empty(directory));
}

TEST_F(Writing, OnlyTheFirstCallSaysWhatThereIs) {
  write({report_of("left"), report_of("a")});
  {
    StatusWriter writer(directory);
    writer.write({{report_of("a")}, {}});
    writer.write({{report_of("b")}, {}});
  }
  EXPECT_EQ(files(), (std::set<std::string>{"Upstream/default/a.yaml", "Upstream/default/b.yaml"}));
}

TEST_F(Writing, TheLastStateWins) {
  {
    StatusWriter writer(directory);
    for (int i = 0; i < 1000; ++i) {
      const auto only = report_of("only" + std::to_string(i));
      writer.write({{report_of("a"), only}, {}});
      writer.write({{}, {only.object}});
    }
    writer.write({{report_of("a", model::State::kRejected)}, {}});
  }
  EXPECT_EQ(files(), std::set<std::string>{"Upstream/default/a.yaml"});
  EXPECT_EQ(text("Upstream/default/a.yaml"), to_yaml(report_of("a", model::State::kRejected)));
}

TEST_F(Writing, ADirectoryThatCannotBeWrittenToHarmsNobody) {
  std::ofstream(directory) << "a file stands in the way";
  write({report_of("a")});
  EXPECT_FALSE(fs::is_directory(directory));
}

TEST_F(Writing, NoNameLeavesTheDirectory) {
  write({report_of("../../../evil"), report_of(".."), report_of("a/b"), report_of(std::string(253, '/'))});
  EXPECT_EQ(files().size(), 4u);
  EXPECT_EQ(files().count("Upstream/default/%2E..yaml"), 1u);
  EXPECT_EQ(std::distance(fs::directory_iterator(root), fs::directory_iterator()), 1);
}

TEST(StatusPath, IsDifferentForDifferentObjects) {
  EXPECT_EQ(status_path({"Upstream", "gloo-system", "pets.v1_x"}), "Upstream/gloo-system/pets.v1_x.yaml");
  EXPECT_EQ(status_path({"File", "", "/etc/a.yaml"}), "File/_/%2Fetc%2Fa.yaml.yaml");
  EXPECT_NE(status_path({"K", "_", "a"}), status_path({"K", "", "a"}));
  EXPECT_NE(status_path({"K", "n", "a%2Fb"}), status_path({"K", "n", "a/b"}));
  const std::string longer(300, 'x');
  EXPECT_NE(status_path({"K", "n", longer + "1"}), status_path({"K", "n", longer + "2"}));
  EXPECT_LT(status_path({"K", "n", longer}).size(), 255u);
}

}  // namespace
}  // namespace solder::report::status_writer_test

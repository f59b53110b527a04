// The files read once, for commands.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/store/store.h"
#include "tests/unit/store/temp_directory.h"

namespace solder::store {
namespace {

TEST(ReadFiles, GivesTheWholeWorldAndEveryProblem) {
  const TempDirectory dir;
  dir.make("sub");
  dir.write("a.yaml", upstream("a") + "---\n" + upstream("b"));
  dir.write("sub/c.json", R"({"apiVersion":"gloo.solo.io/v1","kind":"Upstream","metadata":{"name":"c"},"spec":{}})");
  dir.write("bad.yaml", "{ no\n");
  dir.write("one.txt", upstream("d"));
  ASSERT_EQ(::mkfifo(dir.at("f.yaml").c_str(), 0600), 0);
  const auto batch = read_files({dir.path(), dir.at("one.txt"), dir.at("none")});
  EXPECT_TRUE(batch.complete);
  std::string names;
  for (const auto& change : batch.changes) names += change.ref.name;
  EXPECT_EQ(names, "abcd");
  std::string problems;
  for (const auto& problem : batch.problems) {
    EXPECT_EQ(problem.severity, model::Severity::kError);
    problems += problem.where.file.substr(dir.path().size()) + " ";
  }
  EXPECT_EQ(problems, "/none /bad.yaml /f.yaml ");
}

}  // namespace
}  // namespace solder::store

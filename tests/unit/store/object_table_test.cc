// What is news among the objects of the files.
#include "core/store/object_table.h"

#include <gtest/gtest.h>

#include "tests/unit/store/temp_directory.h"

namespace solder::store {
namespace {

class Table : public ::testing::Test {
 protected:
  void put(const std::string& file, const std::string& text) { table.put(file, config::parse_documents(text, file)); }
  // "+a -b": what the next batch changes.
  std::string news() {
    last = table.take();
    std::string out;
    for (const auto& change : last.changes) {
      out += std::string(out.empty() ? "" : " ") + (change.object ? "+" : "-") + change.ref.name;
    }
    return out;
  }
  std::string reasons() const {
    std::string out;
    for (const auto& problem : last.problems) out += (out.empty() ? "" : " ") + problem.reason;
    return out;
  }

  ObjectTable table;
  Batch last;
};

TEST_F(Table, OnlyRealChangesAreNews) {
  put("a.yaml", upstream("a") + "---\n" + upstream("b"));
  EXPECT_EQ(news(), "+a +b");
  EXPECT_EQ(news(), "");
  put("a.yaml", upstream("a") + "---\n" + upstream("b", 81));
  EXPECT_EQ(news(), "+b");
  put("a.yaml", "# a comment\n" + upstream("a") + "---\n" + upstream("b", 81));
  EXPECT_EQ(news(), "+a +b") << "they stand elsewhere, which reports must say";
  put("a.yaml", "# a comment\n" + upstream("a"));
  EXPECT_EQ(news(), "-b");
  table.remove("a.yaml");
  EXPECT_EQ(news(), "-a");
}

TEST_F(Table, TheFirstPathCountsAndTheOtherIsNamed) {
  put("b.yaml", "# one line more\n" + upstream("x", 2));
  EXPECT_EQ(news(), "+x");
  put("a.yaml", upstream("x", 1));
  EXPECT_EQ(news(), "+x");
  EXPECT_EQ(last.changes[0].object->source.file, "a.yaml");
  ASSERT_EQ(reasons(), "DuplicateObject");
  const auto& problem = last.problems[0];
  EXPECT_EQ(problem.message,
            "Upstream default/x stands at a.yaml:1 as well, which counts; this one at b.yaml:2 is ignored");
  EXPECT_EQ(problem.where, (model::SourceLocation{"b.yaml", 2, 1}));
  EXPECT_EQ(problem.related, (model::ObjectRef{"Upstream", "default", "x"}));
  EXPECT_EQ(problem.severity, model::Severity::kError);

  table.remove("a.yaml");
  EXPECT_EQ(news(), "+x");
  EXPECT_EQ(last.changes[0].object->source.file, "b.yaml");
  EXPECT_EQ(reasons(), "");
}

TEST_F(Table, TwiceInOneFileTheFirstCounts) {
  put("a.yaml", upstream("x", 1) + "---\n" + upstream("x", 2));
  EXPECT_EQ(news(), "+x");
  EXPECT_NE(last.changes[0].object->json.find("\"port\":1"), std::string::npos);
  EXPECT_EQ(reasons(), "DuplicateObject");
}

TEST_F(Table, ABrokenDocumentKeepsItsObjectAndTheOthersMove) {
  put("a.yaml", upstream("a") + "---\n" + upstream("b"));
  news();
  put("a.yaml", "{ broken\n---\n" + upstream("b", 81));
  EXPECT_EQ(news(), "+b");
  EXPECT_FALSE(last.problems.empty());
  put("a.yaml", upstream("b", 81));
  EXPECT_EQ(news(), "-a +b");
  EXPECT_TRUE(last.problems.empty());
}

TEST_F(Table, AFileThatCannotBeReadKeepsItsObjects) {
  put("a.yaml", upstream("a"));
  news();
  table.fail("a.yaml", {.reason = "UnreadableFile"});
  EXPECT_EQ(news(), "");
  EXPECT_EQ(reasons(), "UnreadableFile");
  put("a.yaml", upstream("a"));
  EXPECT_EQ(news(), "");
  EXPECT_EQ(reasons(), "");
}

TEST_F(Table, AMovedFileIsNoDuplicateAndNoDeletion) {
  put("a.yaml", upstream("x"));
  news();
  table.set_leaving("a.yaml", true);
  EXPECT_EQ(news(), "");
  put("b.yaml", upstream("x"));
  EXPECT_EQ(news(), "+x");  // from another place
  EXPECT_EQ(last.changes[0].object->source.file, "b.yaml");
  EXPECT_EQ(reasons(), "");
  table.remove("a.yaml");
  EXPECT_EQ(news(), "");
}

TEST_F(Table, SaysWhenDocumentsWouldLoseSomething) {
  put("a.yaml", upstream("a") + "---\n" + upstream("b"));
  const auto would = [this](const std::string& text) {
    return table.would_lose("a.yaml", config::parse_documents(text, "a.yaml"));
  };
  EXPECT_TRUE(would(""));
  EXPECT_TRUE(would(upstream("a")));
  EXPECT_TRUE(would("{ broken"));
  EXPECT_FALSE(would(upstream("b", 9) + "---\n" + upstream("a", 9) + "---\n" + upstream("c")));
}

}  // namespace
}  // namespace solder::store

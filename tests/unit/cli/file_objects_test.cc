// Objects written into files: at their place, beside others, in files of their own; and taken out again.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/object_store.h"
#include "core/config/documents.h"

namespace solder::cli::file_objects_test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class FileObjectsTest : public ::testing::Test {
 protected:
  FileObjectsTest() : directory_(fs::path(::testing::TempDir()) / ("objects-" + std::to_string(getpid()))) {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    store_ = file_objects({directory_.string()});
  }
  ~FileObjectsTest() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(directory_ / name) << text; }
  std::string read(const std::string& name) {
    std::ifstream file(directory_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static model::ObjectPtr object(const std::string& name, const std::string& spec) {
    const auto made = config::parse_documents(
        "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: " + name + ", namespace: ns}\nspec: " + spec,
        "x.yaml");
    return made.objects.at(0);
  }
  base::Status put(const std::string& name, const std::string& spec) {
    return store_->put(*object(name, spec), where_);
  }
  base::Status remove(const std::string& name) { return store_->remove({"Upstream", "ns", name}, where_); }

  fs::path directory_;
  std::unique_ptr<ObjectStore> store_;
  std::string where_;
};

TEST_F(FileObjectsTest, ANewOneHasAFileOfItsOwn) {
  ASSERT_TRUE(put("a", "{pipe: {path: /a}}").ok());
  EXPECT_EQ(where_, (directory_ / "Upstream/ns/a.yaml").string());
  EXPECT_EQ(read("Upstream/ns/a.yaml"),
            "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata:\n  name: a\n  namespace: ns\nspec:\n  pipe:\n    "
            "path: /a\n");
  ASSERT_TRUE(remove("a").ok());
  EXPECT_FALSE(fs::exists(directory_ / "Upstream/ns/a.yaml"));
  EXPECT_EQ(remove("a").code(), base::Code::kNotFound);
}

TEST_F(FileObjectsTest, OneAmongOthersIsReplacedAndTheyStay) {
  const std::string first =
      "# the first\napiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: a, namespace: ns}\nspec: {pipe: "
      "{path: /a}}\n";
  const std::string last =
      "\n# the last\napiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: c, namespace: ns}\nspec: {pipe: "
      "{path: /c}}\n";
  const std::string middle =
      "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {name: b, namespace: ns}\nspec: {pipe: {path: /b}}\n";
  write("all.yaml", first + "---\n" + middle + "---" + last);
  ASSERT_TRUE(put("b", "{pipe: {path: /new}}").ok());
  EXPECT_EQ(where_, (directory_ / "all.yaml").string());
  const std::string text = read("all.yaml");
  EXPECT_TRUE(text.starts_with(first + "---\n")) << text;
  EXPECT_TRUE(text.ends_with("---" + last)) << text;
  EXPECT_THAT(text, HasSubstr("path: /new"));
  ASSERT_TRUE(remove("b").ok());
  EXPECT_THAT(read("all.yaml"), ::testing::Not(HasSubstr("/new")));
  EXPECT_EQ(store_->read()->changes.size(), 2u);
}

TEST_F(FileObjectsTest, WhatStandsInAListIsNotTouched) {
  const std::string list = R"({"kind": "List", "items": [{"apiVersion": "gloo.solo.io/v1", "kind": "Upstream",
    "metadata": {"name": "a", "namespace": "ns"}, "spec": {"pipe": {"path": "/a"}}}]})";
  write("list.json", list);
  EXPECT_THAT(put("a", "{pipe: {path: /b}}").message(), HasSubstr("inside of a List"));
  EXPECT_EQ(read("list.json"), list);
}

TEST_F(FileObjectsTest, ASecretIsForItsOwnerAlone) {
  const auto made = config::parse_documents(
      "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns}\nstringData: {a: b}\n", "x.yaml");
  ASSERT_TRUE(store_->put(*made.objects.at(0), where_).ok());
  EXPECT_EQ(fs::status(where_).permissions() & fs::perms::all, fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace solder::cli::file_objects_test

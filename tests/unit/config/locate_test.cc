// Fields are found again in the file that an object came from, whatever their spelling.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/config/reading.h"

namespace solder::config {
namespace {

class Locate : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(::testing::TempDir()) /
                 ("locate-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  Documents read(const std::string& name, const std::string& text) {
    const std::string file = directory_ / name;
    std::ofstream(file, std::ios::binary) << text;
    return parse_documents(text, file);
  }
  static std::string at(const model::Object& object, const std::string& field) {
    const auto where = locate(object, field);
    return std::to_string(where.line) + ":" + std::to_string(where.column);
  }

  std::filesystem::path directory_;
};

TEST_F(Locate, KeysItemsAndParents) {
  const auto out = read("f.yaml", service("first") + "---\n" +
                                      service("a",
                                              "  virtual_host:\n"
                                              "    routes:\n"
                                              "    - options:\n"
                                              "        timeout: 5s\n"));
  const auto& object = *out.objects.at(1);
  EXPECT_EQ(at(object, "/spec/virtual_host/routes/0/options/timeout"), "15:9");
  EXPECT_EQ(at(object, "/spec/virtualHost/routes/0/options/timeout"), "15:9") << "lowerCamel names the same field";
  EXPECT_EQ(at(object, "/spec/virtual_host/routes/0/options/retries"), "14:7") << "the nearest parent that is there";
  EXPECT_EQ(at(object, "/spec/virtual_host/routes/7"), "13:5");
  EXPECT_EQ(at(object, "/metadata/name"), "10:3");
  EXPECT_EQ(at(object, ""), "7:1");
  EXPECT_EQ(at(object, "/nowhere"), "7:1");
}

TEST_F(Locate, InsideAListAndInJson) {
  const auto list = read("l.yaml",
                         "apiVersion: v1\nkind: List\nitems:\n"
                         "- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n"
                         "- apiVersion: v1\n  kind: Secret\n  metadata: {name: b}\n  type: Opaque\n");
  EXPECT_EQ(at(*list.objects.at(1), "/type"), "8:3");
  const auto json = read("j.json",
                         "{\"apiVersion\": \"v1\", \"kind\": \"Secret\",\n \"metadata\": {\"name\": \"a\"},\n"
                         "  \"type\": \"Opaque\"}");
  EXPECT_EQ(at(*json.objects.at(0), "/type"), "3:3");
}

TEST_F(Locate, KeysWithSlashesAreEscaped) {
  const auto out = read("f.yaml", service("a", "  \"a/b\": 1\n  \"c~d\": 2\n"));
  EXPECT_EQ(at(*out.objects.at(0), "/spec/a~1b"), "6:3");
  EXPECT_EQ(at(*out.objects.at(0), "/spec/c~0d"), "7:3");
}

TEST_F(Locate, AFileThatChangedGivesTheStart) {
  const auto out = read("f.yaml", "\n" + service("a", "  displayName: x\n"));
  EXPECT_EQ(at(*out.objects.at(0), "/spec/displayName"), "7:3");
  std::ofstream(directory_ / "f.yaml") << "something else\n";
  EXPECT_EQ(at(*out.objects.at(0), "/spec/displayName"), "7:3") << "still known from the last look";
  const auto other = read("g.yaml", service("b"));
  EXPECT_EQ(at(*other.objects.at(0), "/spec"), "5:1");
  EXPECT_EQ(at(*out.objects.at(0), "/spec/displayName"), "2:1");
}

TEST_F(Locate, WithoutAFileThereIsNoPlace) { EXPECT_EQ(locate(model::Object{}, "/spec"), model::SourceLocation{}); }

}  // namespace
}  // namespace solder::config

// Values in files: whole, at a place in a document, rotated, and never shown.
#include "core/host/services/file_values.h"

#include <gmock/gmock.h>

#include "tests/unit/store/temp_directory.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FileValuesTest : public ::testing::Test {
 protected:
  store::TempDirectory directory;
  FileValues values;

  std::string text(const std::string& pointer, bool base64 = false) {
    auto value = values.value({directory.at("f"), pointer, base64});
    return value.ok() ? *value : value.status().message();
  }
};

TEST_F(FileValuesTest, AWholeFileWithoutTheSpaceAround) {
  directory.write("f", "  sesame \n");
  EXPECT_EQ(text(""), "sesame");
  directory.write("f", "new");
  EXPECT_EQ(text(""), "new");
}

TEST_F(FileValuesTest, APlaceInADocumentAndWhatItHoldsLater) {
  directory.write("f", "users:\n- user: {token: one, key: c2VzYW1l}\n");
  EXPECT_EQ(text("/users/0/user/token"), "one");
  EXPECT_EQ(text("/users/0/user/key", true), "sesame");
  directory.write("f", "users:\n- user: {token: two}\n");
  EXPECT_EQ(text("/users/0/user/token"), "two");
}

TEST_F(FileValuesTest, WhatIsWrongIsSaidWithoutTheValue) {
  EXPECT_THAT(text(""), HasSubstr("is not there"));
  directory.write("f", "{token: se?same, number: 7}");
  EXPECT_THAT(text("/other"), HasSubstr("no text at /other"));
  EXPECT_THAT(text("/number"), HasSubstr("no text at /number"));
  EXPECT_THAT(text("nonsense"), HasSubstr("no text at nonsense"));
  EXPECT_THAT(text("/token", true), ::testing::AllOf(HasSubstr("not base64"), Not(HasSubstr("same"))));
  directory.write("f", "a: [");
  EXPECT_THAT(text("/a"), HasSubstr("neither YAML nor JSON"));
}

TEST_F(FileValuesTest, ADocumentWithoutItsSecrets) {
  directory.write("f", "users: [{name: u, user: {token: sesame, more: {token: [deep, {token: sesame}]}}}]");
  const auto shown = values.document(directory.at("f"), {"token"});
  ASSERT_TRUE(shown.ok());
  EXPECT_THAT(*shown, Not(HasSubstr("sesame")));
  EXPECT_THAT(*shown, HasSubstr("\"token\":\"(hidden)\""));
  EXPECT_THAT(*shown, HasSubstr("\"name\":\"u\""));
  EXPECT_EQ(values.document(directory.at("none"), {}).status().code(), base::Code::kFailedPrecondition);
}

}  // namespace
}  // namespace solder::host

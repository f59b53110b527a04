// A Status says whether and why; a Result also carries what was made.
#include "core/base/status.h"

#include <gtest/gtest.h>

#include <memory>

namespace solder::base {
namespace {

TEST(Status, IsOkUntilItSaysOtherwise) {
  const Status fine;
  EXPECT_TRUE(fine.ok());
  EXPECT_EQ(fine.message(), "");

  const Status bad = not_found("no such upstream");
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.code(), Code::kNotFound);
  EXPECT_EQ(bad.message(), "no such upstream");
}

TEST(Status, CodesAreThoseOfGoogleRpc) {
  EXPECT_EQ(static_cast<int>(invalid_argument("").code()), 3);
  EXPECT_EQ(static_cast<int>(not_found("").code()), 5);
  EXPECT_EQ(static_cast<int>(internal_error("").code()), 13);
  EXPECT_EQ(static_cast<int>(unavailable("").code()), 14);
}

Result<std::unique_ptr<int>> half(int number) {
  if (number % 2 != 0) return invalid_argument("odd");
  return std::make_unique<int>(number / 2);
}

TEST(Result, CarriesAValueThatCanBeMovedOut) {
  auto made = half(8);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(**made, 4);
  const std::unique_ptr<int> taken = std::move(made).value();
  EXPECT_EQ(*taken, 4);
}

TEST(Result, CarriesTheReasonWhereThereIsNoValue) {
  const auto made = half(7);
  EXPECT_FALSE(made.ok());
  EXPECT_EQ(made.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(made.status().message(), "odd");
}

}  // namespace
}  // namespace solder::base

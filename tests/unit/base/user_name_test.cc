#include "core/base/user_name.h"

#include <gtest/gtest.h>

namespace solder::base {
namespace {

TEST(UserName, IsTheNameOrTheNumber) {
  EXPECT_EQ(user_name(0), "root");
  EXPECT_EQ(user_name(4'000'000'001), "uid 4000000001");
}

}  // namespace
}  // namespace solder::base

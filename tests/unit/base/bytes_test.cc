// Bytes are put together from shared pieces without copying them.
#include "core/base/bytes.h"

#include <gtest/gtest.h>

namespace solder::base {
namespace {

TEST(Bytes, JoinTheirPiecesInOrder) {
  Bytes route("route");
  Bytes host("host:");
  host.append(route);
  host.append(std::string("."));
  EXPECT_EQ(host.size(), 11u);
  EXPECT_EQ(host.flatten(), "host:route.");
}

TEST(Bytes, ShareTheMemoryOfWhatTheyAreMadeOf) {
  const Bytes route("route");
  Bytes one;
  one.append(route);
  Bytes two;
  two.append(one);
  EXPECT_EQ(two.pieces().front().get(), route.pieces().front().get());
}

TEST(Bytes, HoldNoEmptyPieces) {
  Bytes bytes("");
  bytes.append(std::string());
  EXPECT_TRUE(bytes.empty());
  EXPECT_TRUE(bytes.pieces().empty());
}

TEST(Bytes, CopiesGrowApart) {
  Bytes first("a");
  Bytes second = first;
  second.append(std::string("b"));
  EXPECT_EQ(first.flatten(), "a");
  EXPECT_EQ(second.flatten(), "ab");
}

}  // namespace
}  // namespace solder::base

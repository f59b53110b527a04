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
  EXPECT_EQ(nullptr, bytes.one_piece());
}

TEST(Bytes, HoldOthersWhole) {
  Bytes host("host:");
  host.append(std::string("route"));
  const auto shared = std::make_shared<const Bytes>(std::move(host));
  Bytes all("head,");
  all.append(shared);
  all.append(std::make_shared<const Bytes>());
  all.append(std::string(",tail"));
  Bytes more;
  more.append(std::make_shared<const Bytes>(all));
  more.append(all);
  EXPECT_EQ(20U, all.size());
  EXPECT_EQ("head,host:route,tail", all.flatten());
  EXPECT_EQ(all.flatten() + all.flatten(), more.flatten());
  EXPECT_EQ(8U, more.pieces().size());
  EXPECT_EQ(more.pieces()[1].get(), shared->pieces()[0].get());
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

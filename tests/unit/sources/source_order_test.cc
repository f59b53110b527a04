// Which of two sources counts for an object that both bring.
#include "core/sources/source_order.h"

#include <gmock/gmock.h>

namespace solder::sources::source_order_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const model::ObjectRef kRef{"Secret", "ns", "a"};

model::ObjectPtr secret(const std::string& json) {
  auto out = std::make_shared<model::Object>();
  out->ref = kRef;
  out->json = json;
  return out;
}

// What everybody has of it afterwards: "-" nothing new, "" none.
std::string take(SourceOrder& order, const std::string& source, const model::ObjectPtr& now) {
  const auto changes = order.take(source, {{kRef, now}});
  if (changes.empty()) return "-";
  return changes.at(0).object ? changes.at(0).object->json : "";
}

TEST(SourceOrder, TheFirstByNameCountsWhoeverComesFirst) {
  SourceOrder order;
  EXPECT_EQ(take(order, "vault", secret("v1")), "v1");
  EXPECT_THAT(order.problems(), IsEmpty());
  EXPECT_EQ(take(order, "kubernetes", secret("k1")), "k1");
  ASSERT_THAT(order.problems(), SizeIs(1));
  EXPECT_THAT(order.problems()[0].message, HasSubstr("from kubernetes and from vault; the one from kubernetes counts"));
  EXPECT_EQ(take(order, "vault", secret("v2")), "-");
  EXPECT_EQ(take(order, "kubernetes", nullptr), "v2");
  EXPECT_THAT(order.problems(), IsEmpty());
  EXPECT_EQ(take(order, "vault", nullptr), "");
}

TEST(SourceOrder, ASourceTakesNothingThatAnotherBrought) {
  SourceOrder order;
  EXPECT_EQ(take(order, "kubernetes", secret("k1")), "k1");
  EXPECT_EQ(take(order, "vault", nullptr), "-");
  EXPECT_EQ(take(order, "vault", secret("v1")), "-");
  EXPECT_EQ(take(order, "vault", nullptr), "-");
  EXPECT_THAT(order.problems(), IsEmpty());
}

}  // namespace
}  // namespace solder::sources::source_order_test

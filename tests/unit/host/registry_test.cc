// Who owns which key, for any order of the plugins.
#include "core/host/registry.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Manifest manifest(const std::string& name, const std::vector<std::string>& keys) {
  Manifest out;
  out.name = name;
  out.provides.push_back({"solder.options/1", {}});
  for (const std::string& key : keys) out.provides[0].claims.push_back({"route", key, "true"});
  return out;
}

using Choices = std::vector<std::pair<std::string, std::string>>;

TEST(Registry, TheFirstNameWinsInEveryOrder) {
  const Manifest a = manifest("a", {"x"}), b = manifest("b", {"x", "y"}), c = manifest("c", {"x", "y", "z"});
  std::vector<const Manifest*> order = {&a, &b, &c};
  do {
    const Registry registry(order, {});
    const auto owner = [&](const char* key) { return order[static_cast<size_t>(registry.owner("route", key))]->name; };
    EXPECT_EQ(owner("x") + owner("y") + owner("z"), "abc");
    ASSERT_EQ(registry.lost().size(), 3u);
    EXPECT_EQ(registry.lost()[0].plugin, "b");
    EXPECT_EQ(registry.lost()[0].owner, "a");
    EXPECT_FALSE(registry.lost()[0].chosen);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Registry, TheOperatorsChoice) {
  const Manifest a = manifest("a", {"x"}), b = manifest("b", {"x"});
  const Registry registry({&a, &b}, {{"route:x", "b"}});
  EXPECT_EQ(registry.owner("route", "x"), 1);
  ASSERT_EQ(registry.lost().size(), 1u);
  EXPECT_TRUE(registry.lost()[0].chosen);
  EXPECT_THAT(registry.problems(), IsEmpty());
}

TEST(Registry, AChoiceThatCannotBe) {
  const Manifest a = manifest("a", {"x"}), b = manifest("b", {"x"});
  const Registry registry({&a, &b}, Choices{{"route:x", "c"}, {"route:nothing", "b"}, {"x", "b"}});
  EXPECT_EQ(registry.owner("route", "x"), 0);
  EXPECT_THAT(registry.problems(),
              ElementsAre(HasSubstr("route:x should be c"), HasSubstr("route:nothing"), HasSubstr("key x ")));
}

TEST(Registry, Nobody) {
  const Registry registry({}, {});
  EXPECT_EQ(registry.owner("route", "x"), -1);
}

}  // namespace
}  // namespace solder::host

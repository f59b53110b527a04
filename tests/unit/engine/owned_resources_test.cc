// Who wins a name, and what is left when one goes.
#include "core/engine/owned_resources.h"

#include <gtest/gtest.h>

namespace solder::engine::owned_resources_test {
namespace {

xds::ResourcePtr resource(const std::string& value) { return xds::make_resource("name", base::Bytes(value)); }

TEST(OwnedResources, TheFirstOwnerCountsWhateverCameWhen) {
  OwnedResources<int> all;
  all.put(2, resource("two"));
  EXPECT_EQ(all.set().find("name")->message.flatten(), "two");
  all.put(1, resource("one"));
  EXPECT_EQ(all.set().find("name")->message.flatten(), "one");
  all.put(2, resource("other"));
  EXPECT_EQ(all.set().find("name")->message.flatten(), "one");
  all.drop(1, "name");
  EXPECT_EQ(all.set().find("name")->message.flatten(), "other");
  all.drop(3, "name");
  all.drop(2, "name");
  EXPECT_TRUE(all.set().empty());
}

TEST(OwnedResources, ManyAtOnceAreTheSameAsOneByOne) {
  OwnedResources<int> at_once, one_by_one;
  for (int i = 0; i < 500; ++i) {
    // Two owners of every name, and the one that counts comes last.
    for (const int owner : {2, 1}) {
      const auto each = xds::make_resource("name-" + std::to_string(i), base::Bytes(std::to_string(owner * 1000 + i)));
      at_once.put(owner, each);
      one_by_one.put(owner, each);
      EXPECT_EQ(one_by_one.set().size(), static_cast<size_t>(i + 1));
    }
  }
  EXPECT_TRUE(at_once.set().same(one_by_one.set()));
  EXPECT_EQ(at_once.set().find("name-7")->message.flatten(), "1007");
  for (int i = 0; i < 500; ++i) {
    at_once.drop(1, "name-" + std::to_string(i));
    if (i % 2 == 0) at_once.drop(2, "name-" + std::to_string(i));
  }
  EXPECT_EQ(at_once.set().size(), 250U);
  EXPECT_EQ(at_once.set().find("name-7")->message.flatten(), "2007");
}

}  // namespace
}  // namespace solder::engine::owned_resources_test

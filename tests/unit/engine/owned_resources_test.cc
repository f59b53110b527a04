// Who wins a name, and what is left when one goes.
#include "core/engine/owned_resources.h"

#include <gtest/gtest.h>

namespace solder::engine {
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

}  // namespace
}  // namespace solder::engine

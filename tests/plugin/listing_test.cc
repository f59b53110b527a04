// What `solder plugin list` prints.
#include "core/host/listing.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

TEST(Listing, Table) {
  PluginDirectory directory;
  directory.add("good");
  directory.add("good_rival");
  directory.add("bad_declined");
  directory.write("text.so", "text");
  EXPECT_EQ(to_table(*directory.load()),
            "NAME      VERSION  STATE    CAPABILITIES      KEYS/REASON  FILE\n"
            "good      1.0.0    loaded   solder.options/1  route:good   good.so\n"
            "rival     1.0.0    loaded*  solder.options/1  route:rival  good_rival.so\n"
            "declined  -        refused  -                 Declined     bad_declined.so\n"
            "-         -        refused  -                 NotElf       text.so\n"
            "\n"
            "* rival: KeyClaimed: route:good belongs to plugin good, whose name comes first; keyOwners in Solder's "
            "configuration may choose\n"
            "- " +
                directory.plugins().string() +
                "/bad_declined.so: Declined: its entry returned NULL: it says that it cannot work in plugin ABI 1.0\n"
                "- " +
                directory.plugins().string() + "/text.so: NotElf: it is not an ELF file, so no shared object\n");
}

TEST(Listing, NothingThere) {
  PluginDirectory directory;
  EXPECT_EQ(to_table(*directory.load()), "NAME  VERSION  STATE  CAPABILITIES  KEYS/REASON  FILE\n");
}

TEST(Listing, Json) {
  PluginDirectory directory;
  directory.add("good");
  directory.add("bad_declined", "caf\xe9");
  const auto json = nlohmann::json::parse(to_json(*directory.load()));
  ASSERT_EQ(json["plugins"].size(), 2u);
  const auto& good = json["plugins"][0];
  EXPECT_EQ(good["name"], "good");
  EXPECT_EQ(good["version"], "1.0.0");
  EXPECT_EQ(good["state"], "loaded");
  EXPECT_EQ(good["capabilities"], nlohmann::json::array({"solder.options/1"}));
  EXPECT_EQ(good["claims"], nlohmann::json::parse(R"([{"scope":"route","key":"good"}])"));
  const auto& bad = json["plugins"][1];
  EXPECT_EQ(bad["state"], "refused");
  EXPECT_EQ(bad["reason"], "Declined");
  EXPECT_THAT(bad["file"].get<std::string>(), HasSubstr("/caf"));
}

}  // namespace
}  // namespace solder::host

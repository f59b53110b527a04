// Every bad plugin is refused with its own reason and a sentence that helps, and the good ones beside it keep working.
#include <gmock/gmock.h>

#include <algorithm>

#include "core/host/refusal.h"
#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Case {
  const char* plugin;
  std::string_view reason;
  const char* name;     // as far as the manifest could be read
  const char* message;  // a part of it
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.plugin; }

class Refusals : public ::testing::TestWithParam<Case> {};

TEST_P(Refusals, HaveTheirReasonAndHurtNobody) {
  const Case& test = GetParam();
  PluginDirectory directory;
  // Before and behind the good ones, by name: the order of files must not matter.
  directory.add(test.plugin, "0");
  directory.add("good");
  directory.add("good_reader");
  directory.add(test.plugin, "z");
  const auto plugins = directory.load();
  EXPECT_THAT(names(*plugins), ElementsAre("good", "reader"));
  ASSERT_EQ(plugins->refused().size(), 2u);
  for (const Refused& refused : plugins->refused()) {
    EXPECT_EQ(refused.reason, test.reason) << refused.message;
    EXPECT_EQ(refused.name, test.name);
    EXPECT_THAT(refused.message, HasSubstr(test.message));
    EXPECT_THAT(refused.file, HasSubstr(directory.plugins().string()));
  }
  const auto outputs = call_option(*plugins, "good", {"1", "2"});
  ASSERT_EQ(outputs.size(), 2u);
  for (const ItemOutput& output : outputs) {
    EXPECT_EQ(output.fragments.size(), 1u);
    EXPECT_TRUE(output.diagnostics.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, Refusals,
    ::testing::Values(
        Case{"bad_no_manifest", reason::kNoManifest, "", "SOLDER_MANIFEST"},
        Case{"bad_manifest_json", reason::kBadManifest, "", "not JSON"},
        Case{"bad_manifest_fields", reason::kBadManifest, "manifest_fields",
             "/sumary is unknown; known are manifest_version, name, version"},
        Case{"bad_manifest_fields", reason::kBadManifest, "manifest_fields",
             "/version is \"one\"; right is MAJOR.MINOR.PATCH"},
        Case{"bad_manifest_fields", reason::kBadManifest, "manifest_fields", "/provides/0/claims/0/scope is \"rout\""},
        Case{"bad_manifest_major", reason::kAbiMajor, "manifest_major", "asks for plugin ABI 2"},
        Case{"bad_manifest_minor", reason::kAbiMinor, "manifest_minor", "needs plugin ABI 1.7"},
        Case{"bad_needs_service", reason::kMissingService, "needs_service", "com.example.teleport/1"},
        Case{"bad_no_entry", reason::kNoEntrySymbol, "no_entry", "solder_plugin_entry_v1"},
        Case{"bad_other_major", reason::kAbiMajor, "other_major", "another major"},
        Case{"bad_extra_symbols", reason::kExtraSymbols, "extra_symbols", "apple, banana, cherry and 1 more"},
        Case{"bad_protobuf", reason::kForbiddenLibrary, "protobuf", "links libprotobuf.so"},
        Case{"bad_undefined", reason::kUndefinedSymbols, "undefined", "function_that_nobody_has"},
        Case{"bad_open_failed", reason::kOpenFailed, "open_failed", "libsolder_test_absent.so"},
        Case{"bad_declined", reason::kDeclined, "declined", "returned NULL"},
        Case{"bad_small_table", reason::kBadTable, "small_table", "size is 24 bytes"},
        Case{"bad_huge_table", reason::kBadTable, "huge_table", "size is 4294967280 bytes"},
        Case{"bad_incomplete_table", reason::kBadTable, "incomplete_table", "lacks create"},
        Case{"bad_table_minor", reason::kAbiMinor, "table_minor", "needs plugin ABI 1.9"},
        Case{"bad_name_mismatch", reason::kNameMismatch, "name_mismatch", "somebody_else"},
        Case{"bad_missing_capability", reason::kMissingCapability, "missing_capability", "promises solder.options/1"},
        Case{"bad_capability_size", reason::kBadTable, "capability_size", "size is 4 bytes"},
        Case{"bad_capability_empty", reason::kBadTable, "capability_empty", "lacks its operation"},
        Case{"bad_create_fails", reason::kCreateFailed, "create_fails", "/region: a region is needed"},
        Case{"bad_create_throws", reason::kCreateFailed, "create_throws",
             "threw an exception: no such region: \"mars\""}),
    [](const auto& instance) { return std::to_string(instance.index) + "_" + instance.param.plugin; });

// All bad ones together are no worse than one.
TEST(Refusals, AllAtOnce) {
  PluginDirectory directory;
  size_t bad = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SOLDER_TEST_PLUGINS)) {
    const std::string name = entry.path().stem().string();
    if (name.rfind("bad_", 0) != 0 || name == "bad_throws" || name == "bad_garbage" || name == "bad_slow") continue;
    directory.add(name);
    ++bad;
  }
  directory.add("good");
  const auto plugins = directory.load();
  EXPECT_THAT(names(*plugins), ElementsAre("good"));
  EXPECT_EQ(plugins->refused().size(), bad);
  EXPECT_GE(bad, 20u);
}

TEST(Refusals, OfAClaimsSchemaByTheCatalog) {
  PluginDirectory directory;
  directory.add("good");
  directory.add("good_tls");
  LoadOptions options = directory.options();
  options.check_claim = [](const ClaimInfo& claim) {
    return claim.plugin == "good" ? base::invalid_argument("no such type: strnig") : base::Status();
  };
  const auto plugins = PluginSet::load(options);
  EXPECT_THAT(names(*plugins), ElementsAre("tls"));
  ASSERT_EQ(plugins->refused().size(), 1u);
  EXPECT_EQ(plugins->refused()[0].reason, reason::kBadManifest);
  EXPECT_EQ(plugins->refused()[0].message, "its schema of route:good cannot be used: no such type: strnig");
}

TEST(Refusals, OfADirectoryThatIsNotThere) {
  PluginDirectory directory;
  directory.add("good");
  LoadOptions options = directory.options();
  options.directories.insert(options.directories.begin(), directory.root().string() + "/nowhere");
  const auto plugins = PluginSet::load(options);
  EXPECT_THAT(names(*plugins), ElementsAre("good"));
  ASSERT_EQ(plugins->refused().size(), 1u);
  EXPECT_EQ(plugins->refused()[0].reason, reason::kNotReadable);
}

TEST(Refusals, WithoutAPlaceForPrivateCopies) {
  PluginDirectory directory;
  directory.add("good");
  LoadOptions options = directory.options();
  options.copy_directory = directory.plugins().string() + "/good.so/copies";
  const auto plugins = PluginSet::load(options);
  EXPECT_TRUE(plugins->loaded().empty());
  ASSERT_EQ(plugins->refused().size(), 1u);
  EXPECT_EQ(plugins->refused()[0].reason, reason::kCopyFailed);
}

}  // namespace
}  // namespace solder::host

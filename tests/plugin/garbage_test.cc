// A plugin that hands out garbage: every piece is named on the input that it was for, the good item behind it is taken,
// and the other input of the batch does not notice.
#include <gmock/gmock.h>

#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* mode;
  const char* reason;
  const char* message;
  const char* status = "3";  // what emit() gave: INVALID_ARGUMENT
  bool everywhere = false;   // it cannot be told whose it is
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.mode; }

class Garbage : public ::testing::TestWithParam<Case> {};

TEST_P(Garbage, IsNamedAndCostsOnlyItself) {
  const Case& test = GetParam();
  PluginDirectory directory;
  directory.add("bad_garbage");
  const auto plugins = directory.load();
  const auto outputs = call_option(*plugins, "garbage", {"\"nothing\"", "\"" + std::string(test.mode) + "\""});
  ASSERT_EQ(outputs.size(), 2u);
  ASSERT_EQ(outputs[1].fragments.size(), 1u);
  EXPECT_EQ(outputs[1].fragments[0].bytes, test.status);
  ASSERT_EQ(outputs[1].diagnostics.size(), 1u);
  EXPECT_EQ(outputs[1].diagnostics[0].reason, test.reason);
  EXPECT_EQ(outputs[1].diagnostics[0].severity, model::Severity::kError);
  EXPECT_EQ(outputs[1].diagnostics[0].plugin, "garbage");
  EXPECT_THAT(outputs[1].diagnostics[0].message, HasSubstr(test.message));
  EXPECT_EQ(outputs[0].fragments.size(), 1u);
  EXPECT_EQ(outputs[0].diagnostics.size(), test.everywhere ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Each, Garbage,
    ::testing::Values(
        Case{"index", "BadItem", "its index is 1000 in a batch of 2", "3", true},
        Case{"huge_index", "BadItem", "its index is 18446744073709551615", "3", true},
        Case{"size_zero", "BadItem", "its size is 0 bytes", "3", true},
        Case{"size_huge", "BadItem", "its size is 4294967295 bytes", "3", true},
        Case{"size_short", "BadItem", "its size is 24 bytes", "3", true},
        Case{"type", "BadItem", "its type 77 is unknown", "12", true},
        Case{"null_item", "BadItem", "it is NULL", "3", true},
        Case{"null_data", "BadItem", "its message has a length but no data for the slot \"route\""},
        Case{"null_slot", "BadItem", "its slot has a length but no data"},
        Case{"huge_length", "BadItem", "its message is longer than 16 MB"},
        Case{"utf8_slot", "BadItem", "its slot is not UTF-8"}, Case{"utf8_json", "BadItem", "its message is not UTF-8"},
        Case{"encoding", "BadItem", "its encoding is 9"},
        Case{"field", "BadItem", "its field must be a JSON pointer, found allow"},
        Case{"clear", "BadItem", "its list of fields to clear cannot be read"},
        Case{"clear_stride", "BadItem", "its list of fields to clear cannot be read"},
        Case{"type_url", "BadItem", "its type URL is \"envoy.config.route.v3.Route\""},
        Case{"other_type", "BadItem", "right is envoy.config.route.v3.Route"},
        Case{"name", "BadItem", "only filters have one"},
        Case{"no_type", "BadItem", "its type URL is \"\" for the slot \"per_filter/x\""},
        Case{"no_filter_name", "BadItem", "it does not name its filter"},
        Case{"cluster", "SlotNotAllowed", "slot \"cluster\" is not for an option of a route that forwards", "7"},
        Case{"redirect", "SlotNotAllowed", "right are: route, route_action, per_filter/<name>", "7"},
        Case{"unknown_slot", "SlotNotAllowed", "slot \"roof\"", "7"},
        Case{"no_slot_name", "SlotNotAllowed", "has no name behind the slash", "7"},
        Case{"stage", "SlotNotAllowed", "names no stage; right are fault, cors", "7"},
        Case{"secret", "SlotNotAllowed", "secrets are not for an option of a route", "7"},
        Case{"secret_field", "SlotNotAllowed", "secrets are not for an option of a route", "7"},
        Case{"null_diag", "BadItem", "no right size", "0", true},
        Case{"diag_size", "BadItem", "no right size", "0", true},
        Case{"diag_index", "BadItem", "its index is 1000; it says: is odd", "0", true},
        Case{"diag_severity", "BadItem", "its severity is 12; it says: is odd", "0"},
        Case{"diag_reason", "BadItem", "its reason \"not a word\" is no CamelCase word; it says: is odd", "0"},
        Case{"diag_text", "BadItem", "its message has a length but no data", "0"},
        Case{"diag_utf8", "BadItem", "its message is not UTF-8; it says: caf?", "0"}),
    [](const auto& instance) { return std::string(instance.param.mode); });

// A status that is not OK takes the whole batch's fragments away, whatever the number.
TEST(FailedCalls, GiveNoFragments) {
  PluginDirectory directory;
  directory.add("bad_garbage");
  const auto plugins = directory.load();
  for (const auto& [mode, status] : {std::pair<std::string, std::string>{"\"status\"", "status 13"},
                                     std::pair<std::string, std::string>{"\"odd_status\"", "status -77"}}) {
    const auto outputs = call_option(*plugins, "garbage", {"\"nothing\"", mode});
    for (const ItemOutput& output : outputs) {
      EXPECT_TRUE(output.fragments.empty());
      ASSERT_EQ(output.diagnostics.size(), 1u);
      EXPECT_EQ(output.diagnostics[0].reason, "PluginFailed");
      EXPECT_THAT(output.diagnostics[0].message, HasSubstr(status));
    }
  }
}

// A plugin that never stops emitting is stopped by the host's memory, not by the machine's.
TEST(FailedCalls, AFloodIsStemmed) {
  PluginDirectory directory;
  directory.add("bad_garbage");
  const auto plugins = directory.load();
  const auto outputs = call_option(*plugins, "garbage", {"\"flood\""});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_TRUE(outputs[0].fragments.empty());
  ASSERT_EQ(outputs[0].diagnostics.size(), 1u);
  EXPECT_THAT(outputs[0].diagnostics[0].message, HasSubstr("gave more than one call may give"));
  EXPECT_EQ(call_option(*plugins, "garbage", {"\"nothing\""})[0].fragments.size(), 1u) << "the next call works again";
}

}  // namespace
}  // namespace solder::host

// Wire bytes as fields: forms, ends, groups by field, and UTF-8.
#include "core/services/wire.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/services/message_types.h"

namespace solder::services::wire_test {
namespace {

std::string problem_of(std::string_view bytes) {
  std::vector<WireField> fields;
  std::string problem;
  return read_wire(bytes, fields, problem) ? "" : problem;
}

TEST(Wire, ReadsEachForm) {
  const std::string bytes("\x08\x96\x01\x11\x01\x00\x00\x00\x00\x00\x00\x80\x1a\x02hi\x25\x02\x00\x00\x00", 21);
  std::vector<WireField> fields;
  std::string problem;
  ASSERT_TRUE(read_wire(bytes, fields, problem)) << problem;
  ASSERT_EQ(fields.size(), 4u);
  EXPECT_EQ(fields[0].value, 150u);
  EXPECT_EQ(fields[1].value, 0x8000000000000001u);
  EXPECT_EQ(fields[2].payload, "hi");
  EXPECT_EQ(fields[3].value, 2u);
  std::string joined;
  for (const auto& field : fields) joined += field.whole;
  EXPECT_EQ(joined, bytes);
}

TEST(Wire, RefusesEveryCut) {
  const std::string bytes("\x08\x96\x01\x11\x01\x00\x00\x00\x00\x00\x00\x80\x1a\x02hi\x25\x02\x00\x00\x00", 21);
  const size_t ends[] = {0, 3, 12, 16, 21};
  for (size_t length = 0; length <= bytes.size(); ++length) {
    const bool whole = std::find(std::begin(ends), std::end(ends), length) != std::end(ends);
    EXPECT_EQ(problem_of(bytes.substr(0, length)).empty(), whole) << length;
  }
}

TEST(Wire, RefusesWhatIsNoField) {
  EXPECT_EQ(problem_of(std::string("\x00\x00", 2)), "holds a broken field tag");
  EXPECT_EQ(problem_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "holds a broken field tag");
  EXPECT_EQ(problem_of("\x80\x80\x80\x80\x20\x01"), "holds a broken field tag");  // number 2^30
  EXPECT_EQ(problem_of("\x0b"), "field 1 has wire type 3, which no message of proto3 uses");
  EXPECT_EQ(problem_of("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "field 1 is cut off");
}

TEST(MessageView, KeepsOfAOneofWhatCameLast) {
  const MessageTypes types;
  const auto& source = *types.find("envoy.config.core.v3.DataSource");
  const auto members = [&](std::string_view bytes) {
    MessageView view;
    std::string problem;
    EXPECT_TRUE(view.parse(source, bytes, problem)) << problem;
    std::string out;
    for (const auto& group : view.groups())
      out += group.field->name() + "*" + std::to_string(group.occurrences.size()) + " ";
    return out;
  };
  EXPECT_EQ(members("\x0a\x01"
                    "a"
                    "\x1a\x01"
                    "b"),
            "inline_string*1 ");
  EXPECT_EQ(members("\x1a\x01"
                    "b"
                    "\x0a\x01"
                    "a"),
            "filename*1 ");
  EXPECT_EQ(members("\x0a\x01"
                    "a"
                    "\x1a\x01"
                    "b"
                    "\x0a\x01"
                    "c"
                    "\x0a\x01"
                    "d"),
            "filename*2 ");
  EXPECT_EQ(members(""), "");
}

}  // namespace
}  // namespace solder::services::wire_test

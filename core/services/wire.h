// Wire bytes as a list of fields, and a message's fields by descriptor. Nothing is copied: views into the caller's
// bytes. protozero reads the same format but throws on bytes from strangers; here malformed bytes are an ordinary
// answer. Any thread. Source: "Encoding" of the protobuf documentation. Tested by tests/unit/services/wire_test.cc.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>

namespace solder::services {

inline constexpr int kMaxWireDepth = 100;  // messages within messages: protobuf's own limit

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

struct WireField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;        // of all types but kLength
  std::string_view payload;  // of kLength
  std::string_view whole;    // tag included
};

// Appends the fields of `message` in their order. False, with `problem` set, where the bytes are no message.
bool read_wire(std::string_view message, std::vector<WireField>& out, std::string& problem);

// Reads one varint from the front of `bytes`; false where there is none.
bool take_varint(std::string_view& bytes, uint64_t& value);

// The wire type of one value of `field`, not packed.
WireType wire_type_of(const google::protobuf::FieldDescriptor& field);

// A message's fields, grouped: what a parser of protobuf would keep.
class MessageView {
 public:
  struct Group {
    const google::protobuf::FieldDescriptor* field = nullptr;  // null: the message has no field of that number
    std::span<const WireField> occurrences;                    // in their order; never empty
  };

  // False, with `problem` set, where `bytes` are malformed or a field has the wrong wire type.
  bool parse(const google::protobuf::Descriptor& type, std::string_view bytes, std::string& problem);
  // In order of number. Of a oneof only the member that came last.
  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }

 private:
  void keep_last_of_oneofs(const google::protobuf::Descriptor& type);

  std::vector<WireField> fields_;
  std::vector<Group> groups_;
};

// The message of a singular field: its last occurrences together, in `scratch` where there are several.
std::string_view message_bytes(const MessageView::Group& group, std::string& scratch);
// The numbers of a repeated scalar field (a singular one's is its last occurrence's value) as they stand on the wire
// (bools and varints as they are, zigzag not undone), packed or not. False where a packed list is malformed.
bool scalar_values(const MessageView::Group& group, std::vector<uint64_t>& out);
// The value of a varint field as its type cuts it: an int32 to 32 bits with sign, zigzag undone.
int64_t signed_value(const google::protobuf::FieldDescriptor& field, uint64_t bits);
uint64_t unsigned_value(const google::protobuf::FieldDescriptor& field, uint64_t bits);

}  // namespace solder::services

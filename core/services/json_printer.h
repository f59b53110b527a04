// Wire bytes → proto3 JSON, compact, driven by descriptors, without building a message: lowerCamel names in order of
// field number, enums by name, 64-bit numbers as strings, map entries in order of key, Any unpacked with "@type".
// Fields without presence that hold their zero are left out. An Any of a type that the release does not know is printed
// as
// {"@type", "value": Base64}, so that a dump never fails for one stranger. One printer for one message; not
// thread-safe. Source: "ProtoJSON Format" of the protobuf documentation. Tested by
// tests/unit/services/json_printer_test.cc.
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

#include "core/services/descriptor_set.h"
#include "core/services/wire.h"

namespace solder::services {

class JsonPrinter {
 public:
  using Descriptor = google::protobuf::Descriptor;
  using FieldDescriptor = google::protobuf::FieldDescriptor;

  JsonPrinter(const DescriptorSet& types, std::string& out) : types_(types), out_(out) {}

  // False: problem() says what is wrong with the bytes, and where.
  bool message(const Descriptor& type, std::string_view wire);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  bool members(const Descriptor& type, std::string_view wire, bool first);
  bool field(const MessageView::Group& group);
  bool list(const MessageView::Group& group);
  bool map(const MessageView::Group& group);
  bool map_entry(const MessageView::Group& group, const WireField& entry, std::string& key, std::string& value);
  bool text(const FieldDescriptor& field, std::string_view value);
  void scalar(const FieldDescriptor& field, uint64_t bits);
  // json_printer_well_known.cc
  bool well_known(const Descriptor& type, const MessageView& view);
  bool any(const MessageView& view);
  bool time(const Descriptor& type, const MessageView& view);
  bool field_mask(const MessageView& view);
  bool wrapper(const Descriptor& type, const MessageView& view);
  bool struct_value(const MessageView& view);

  bool refuse(std::string_view where, const std::string& what);

  const DescriptorSet& types_;
  std::string& out_;
  std::string problem_;
  int depth_ = 0;
};

// `text`, which is UTF-8, as a JSON string.
void append_json_string(std::string_view text, std::string& out);

}  // namespace solder::services

// Proto3 JSON → wire bytes, driven by descriptors. Not protobuf's own JSON parser, for two reasons: that one drops
// explicit zeros, by which a fragment says "off", and it cannot tell null from absent, by which one says "unset".
// Fields come out in order of number, map entries in order of key; leaves (Duration, wrappers) in their shortest form.
// One encoder for one document; not thread-safe. Source: "ProtoJSON Format" of the protobuf documentation.
// Tested by tests/unit/services/json_encoder_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/services/descriptor_set.h"
#include "core/services/json_path.h"

namespace solder::services {

class JsonEncoder {
 public:
  using Descriptor = google::protobuf::Descriptor;
  using FieldDescriptor = google::protobuf::FieldDescriptor;
  using Json = nlohmann::json;

  explicit JsonEncoder(const DescriptorSet& types) : types_(types) {}

  // False: problem() says why.
  bool encode(const Descriptor& type, const Json& value, std::string& out);
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::vector<std::string>& cleared() { return cleared_; }

 private:
  struct Member {
    const FieldDescriptor* field;
    const Json* value;
    std::string_view key;
  };

  bool message(const Descriptor& type, const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool members(const Descriptor& type, const Json& value, const JsonPath& at, std::vector<Member>& found);
  bool check_members(const std::vector<Member>& found, const JsonPath& at);
  bool plain_message(const Descriptor& type, const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool field(const FieldDescriptor& field, const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool list(const FieldDescriptor& field, const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool map(const FieldDescriptor& field, const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool single(const FieldDescriptor& field, const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  // json_well_known.cc
  bool well_known(const Descriptor& type, const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool wrapper(const Descriptor& type, const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool any(const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool struct_fields(const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool struct_value(const Json& value, const JsonPath& at, protozero::pbf_writer& out);
  bool list_value(const Json& value, const JsonPath& at, protozero::pbf_writer& out);

  // A message within `out`. protozero's own nested writer leaves empty ones out, which here are said and must stand.
  template <typename Fill>
  static bool nested(protozero::pbf_writer& out, uint32_t number, Fill fill) {
    std::string bytes;
    protozero::pbf_writer child(bytes);
    if (!fill(child)) return false;
    out.add_message(number, bytes);
    return true;
  }

  void clear(const JsonPath& at);
  bool unknown_member(const Descriptor& type, std::string_view key, const JsonPath& at);
  bool refuse(const JsonPath& at, const Json& found, const std::string& expected);
  bool refuse(const JsonPath& at, const std::string& what);

  const DescriptorSet& types_;
  std::string problem_;
  std::vector<std::string> cleared_;
};

}  // namespace solder::services

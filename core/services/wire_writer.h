// Scalars onto the wire by their descriptor, from the bits that wire.h reads. Any thread.
// Tested by tests/unit/services/json_encoder_test.cc.
#pragma once

#include <cstdint>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <protozero/pbf_writer.hpp>

namespace solder::services {

// Any type but string, bytes and message.
void write_scalar(const google::protobuf::FieldDescriptor& field, uint64_t bits, protozero::pbf_writer& out);
// Nothing for an empty list.
void write_packed(const google::protobuf::FieldDescriptor& field, const std::vector<uint64_t>& bits,
                  protozero::pbf_writer& out);

}  // namespace solder::services

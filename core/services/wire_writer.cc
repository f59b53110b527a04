#include "core/services/wire_writer.h"

#include "core/services/wire.h"

namespace solder::services {

using google::protobuf::FieldDescriptor;

void write_scalar(const FieldDescriptor& field, uint64_t bits, protozero::pbf_writer& out) {
  const auto number = static_cast<uint32_t>(field.number());
  switch (wire_type_of(field)) {
    case WireType::kFixed32:
      return out.add_fixed32(number, static_cast<uint32_t>(bits));
    case WireType::kFixed64:
      return out.add_fixed64(number, bits);
    default:
      return out.add_uint64(number, bits);
  }
}

void write_packed(const FieldDescriptor& field, const std::vector<uint64_t>& bits, protozero::pbf_writer& out) {
  const auto number = static_cast<uint32_t>(field.number());
  switch (wire_type_of(field)) {
    case WireType::kFixed32: {
      const std::vector<uint32_t> narrow(bits.begin(), bits.end());
      return out.add_packed_fixed32(number, narrow.begin(), narrow.end());
    }
    case WireType::kFixed64:
      return out.add_packed_fixed64(number, bits.begin(), bits.end());
    default:
      return out.add_packed_uint64(number, bits.begin(), bits.end());
  }
}

}  // namespace solder::services

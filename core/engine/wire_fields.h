// Handing on fields of a wire message as they are.
#pragma once

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace solder::engine {

// The field that `reader` stands at.
inline void copy_field(protozero::pbf_reader& reader, protozero::pbf_writer& writer) {
  const auto tag = reader.tag();
  switch (reader.wire_type()) {
    case protozero::pbf_wire_type::length_delimited:
      return writer.add_message(tag, reader.get_view());
    case protozero::pbf_wire_type::varint:
      return writer.add_uint64(tag, reader.get_uint64());
    case protozero::pbf_wire_type::fixed32:
      return writer.add_fixed32(tag, reader.get_fixed32());
    case protozero::pbf_wire_type::fixed64:
      return writer.add_fixed64(tag, reader.get_fixed64());
    default:
      reader.skip();
  }
}

}  // namespace solder::engine

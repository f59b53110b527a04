// The messages of google.protobuf that JSON writes in a form of their own: the second half of JsonEncoder.
#include <cstdint>

#include "core/services/json_encoder.h"
#include "core/services/json_scalars.h"
#include "core/services/json_times.h"
#include "core/services/wire_writer.h"

namespace solder::services {
namespace {

// seconds = 1, nanos = 2, of Duration and Timestamp alike.
void write_time(SecondsNanos value, protozero::pbf_writer& out) {
  if (value.seconds != 0) out.add_int64(1, value.seconds);
  if (value.nanos != 0) out.add_int32(2, value.nanos);
}

}  // namespace

bool JsonEncoder::well_known(const Descriptor& type, const Json& value, const JsonPath& at,
                             protozero::pbf_writer& out) {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_ANY:
      return any(value, at, out);
    case Descriptor::WELLKNOWNTYPE_DURATION: {
      const auto time = value.is_string() ? parse_duration(value.get_ref<const std::string&>()) : std::nullopt;
      if (!time) return refuse(at, value, "a duration such as \"5s\" or \"0.25s\"");
      write_time(*time, out);
      return true;
    }
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP: {
      const auto time = value.is_string() ? parse_timestamp(value.get_ref<const std::string&>()) : std::nullopt;
      if (!time) return refuse(at, value, "a time such as \"2024-01-31T12:00:00Z\"");
      write_time(*time, out);
      return true;
    }
    case Descriptor::WELLKNOWNTYPE_FIELDMASK: {
      const auto paths = value.is_string() ? parse_field_mask(value.get_ref<const std::string&>()) : std::nullopt;
      if (!paths) return refuse(at, value, "field paths in lowerCamel with commas between them, \"a.bC,d\"");
      for (const auto& path : *paths) out.add_string(1, path);
      return true;
    }
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      return struct_fields(value, at, out);
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return struct_value(value, at, out);
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return list_value(value, at, out);
    default:
      return wrapper(type, value, at, out);
  }
}

// A zero is not written inside a wrapper: the wrapper being there says it.
bool JsonEncoder::wrapper(const Descriptor& type, const Json& value, const JsonPath& at, protozero::pbf_writer& out) {
  const FieldDescriptor& inner = *type.field(0);
  if (inner.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const auto text = parse_text(inner, value);
    if (!text) return refuse(at, value, expected_scalar(inner, value));
    if (!text->empty()) out.add_bytes(1, *text);
    return true;
  }
  const auto bits = parse_scalar(inner, value);
  if (!bits) return refuse(at, value, expected_scalar(inner, value));
  if (*bits != 0) write_scalar(inner, *bits, out);
  return true;
}

bool JsonEncoder::any(const Json& value, const JsonPath& at, protozero::pbf_writer& out) {
  if (!value.is_object()) return refuse(at, value, "an object with \"@type\"");
  if (value.empty()) return true;
  const auto found = value.find("@type");
  if (found == value.end()) {
    return refuse(at, "has no \"@type\", expected one such as \"type.googleapis.com/google.protobuf.Struct\"");
  }
  const JsonPath at_type = at.at_part("@type");
  if (!found->is_string()) return refuse(at_type, *found, "a type URL as a string");
  const auto& url = found->get_ref<const std::string&>();
  if (url.find('/') == std::string::npos) return refuse(at_type, *found, "\"type.googleapis.com/" + url + "\"");
  const Descriptor* type = types_.find(url);
  if (type == nullptr) return refuse(at_type, *found, "a message type that this Envoy release knows");

  std::string bytes;
  protozero::pbf_writer writer(bytes);
  const JsonPath inside = at.as_opaque();
  // Empty is written with and without a "value" by different printers.
  const bool empty = type->full_name() == "google.protobuf.Empty" && value.value("value", Json()) == Json::object();
  if (type->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED && !empty) {
    if (!plain_message(*type, value, inside, writer)) return false;
  } else {
    const auto body = value.find("value");
    if (body == value.end()) return refuse(at, "has no \"value\", in which " + type->full_name() + " stands");
    if (value.size() != 2)
      return refuse(at, "holds more than \"@type\" and \"value\", all that " + type->full_name() + " has");
    const JsonPath at_value = at.at_part("value");
    if (!message(*type, *body, at_value, writer)) return false;
  }
  out.add_string(1, url);
  if (!bytes.empty()) out.add_bytes(2, bytes);
  return true;
}

bool JsonEncoder::struct_fields(const Json& value, const JsonPath& at, protozero::pbf_writer& out) {
  if (!value.is_object()) return refuse(at, value, "an object");
  for (const auto& member : value.get_ref<const Json::object_t&>()) {
    std::string bytes;
    protozero::pbf_writer entry(bytes);
    entry.add_string(1, member.first);
    const JsonPath below = at.at_entry(member.first);
    if (!nested(entry, 2, [&](auto& inner) { return struct_value(member.second, below, inner); })) return false;
    out.add_message(1, bytes);
  }
  return true;
}

// null_value = 1, number_value = 2, string_value = 3, bool_value = 4, struct_value = 5, list_value = 6
bool JsonEncoder::struct_value(const Json& value, const JsonPath& at, protozero::pbf_writer& out) {
  switch (value.type()) {
    case Json::value_t::null:
      out.add_enum(1, 0);
      return true;
    case Json::value_t::string:
      out.add_string(3, value.get_ref<const std::string&>());
      return true;
    case Json::value_t::boolean:
      out.add_bool(4, value.get<bool>());
      return true;
    case Json::value_t::object:
      return nested(out, 5, [&](auto& inner) { return struct_fields(value, at, inner); });
    case Json::value_t::array:
      return nested(out, 6, [&](auto& inner) { return list_value(value, at, inner); });
    default:
      out.add_double(2, value.get<double>());
      return true;
  }
}

bool JsonEncoder::list_value(const Json& value, const JsonPath& at, protozero::pbf_writer& out) {
  if (!value.is_array()) return refuse(at, value, "a list");
  for (size_t i = 0; i < value.size(); ++i) {
    const JsonPath below = at.at_index(i);
    if (!nested(out, 1, [&](auto& inner) { return struct_value(value[i], below, inner); })) return false;
  }
  return true;
}

}  // namespace solder::services

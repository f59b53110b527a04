// The messages of google.protobuf that JSON writes in a form of their own: the second half of JsonPrinter.
#include "core/base/base64.h"
#include "core/base/utf8.h"
#include "core/services/json_printer.h"
#include "core/services/json_times.h"

namespace solder::services {
namespace {

const MessageView::Group* find_group(const MessageView& view, int number) {
  for (const auto& group : view.groups()) {
    if (group.field != nullptr && group.field->number() == number) return &group;
  }
  return nullptr;
}

std::string_view last_text(const MessageView& view, int number) {
  const auto* group = find_group(view, number);
  return group == nullptr ? std::string_view() : group->occurrences.back().payload;
}

uint64_t last_number(const MessageView& view, int number) {
  const auto* group = find_group(view, number);
  return group == nullptr ? 0 : group->occurrences.back().value;
}

}  // namespace

bool JsonPrinter::well_known(const Descriptor& type, const MessageView& view) {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_ANY:
      return any(view);
    case Descriptor::WELLKNOWNTYPE_DURATION:
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return time(type, view);
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return field_mask(view);
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      if (const auto* fields = find_group(view, 1)) return map(*fields);
      out_ += "{}";
      return true;
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      if (const auto* values = find_group(view, 1)) return list(*values);
      out_ += "[]";
      return true;
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return struct_value(view);
    default:
      return wrapper(type, view);
  }
}

bool JsonPrinter::any(const MessageView& view) {
  const std::string_view url = last_text(view, 1);
  const std::string_view bytes = last_text(view, 2);
  if (url.empty()) {
    out_ += "{}";
    return bytes.empty() || refuse("", "an Any has a value and no type URL");
  }
  if (!base::is_utf8(url)) return refuse("", "the type URL is not UTF-8");
  out_ += "{\"@type\":";
  append_json_string(url, out_);
  const Descriptor* type = types_.find(url);
  if (type == nullptr) {
    out_ += ",\"value\":";
    append_json_string(base::base64_encode(bytes), out_);
  } else if (type->well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED) {
    if (!members(*type, bytes, false)) return refuse("[" + type->full_name() + "]", "");
  } else {
    out_ += ",\"value\":";
    if (!message(*type, bytes)) return refuse("[" + type->full_name() + "]", "");
  }
  out_ += '}';
  return true;
}

bool JsonPrinter::time(const Descriptor& type, const MessageView& view) {
  const SecondsNanos value{static_cast<int64_t>(last_number(view, 1)), static_cast<int32_t>(last_number(view, 2))};
  const bool duration = type.well_known_type() == Descriptor::WELLKNOWNTYPE_DURATION;
  if (!(duration ? valid_duration(value) : valid_timestamp(value))) {
    return refuse("", std::to_string(value.seconds) + " seconds and " + std::to_string(value.nanos) +
                          " nanoseconds are no valid " + type.name());
  }
  append_json_string(duration ? format_duration(value) : format_timestamp(value), out_);
  return true;
}

bool JsonPrinter::field_mask(const MessageView& view) {
  std::vector<std::string_view> paths;
  if (const auto* group = find_group(view, 1)) {
    for (const WireField& path : group->occurrences) paths.push_back(path.payload);
  }
  const std::string joined = format_field_mask(paths);
  if (!base::is_utf8(joined)) return refuse("", "a field path is not UTF-8");
  append_json_string(joined, out_);
  return true;
}

// The value bare, its zero included.
bool JsonPrinter::wrapper(const Descriptor& type, const MessageView& view) {
  const FieldDescriptor& inner = *type.field(0);
  if (inner.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return text(inner, last_text(view, 1));
  scalar(inner, last_number(view, 1));
  return true;
}

bool JsonPrinter::struct_value(const MessageView& view) {
  for (const auto& group : view.groups()) {
    if (group.field == nullptr) continue;
    return field(group);
  }
  out_ += "null";  // a Value without a kind
  return true;
}

}  // namespace solder::services

#include "core/services/wire.h"

#include <algorithm>

namespace solder::services {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

bool take_fixed(std::string_view& bytes, size_t size, uint64_t& value) {
  if (bytes.size() < size) return false;
  value = 0;
  for (size_t i = 0; i < size; ++i) value |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  bytes.remove_prefix(size);
  return true;
}

bool take_field(std::string_view& bytes, WireField& field, std::string& problem) {
  const std::string_view start = bytes;
  uint64_t tag = 0;
  if (!take_varint(bytes, tag) || tag >> 3 == 0 || tag >> 3 > FieldDescriptor::kMaxNumber) {
    problem = "holds a broken field tag";
    return false;
  }
  field.number = static_cast<uint32_t>(tag >> 3);
  const auto type = static_cast<WireType>(tag & 7);
  bool whole = false;
  uint64_t length = 0;
  switch (type) {
    case WireType::kVarint:
      whole = take_varint(bytes, field.value);
      break;
    case WireType::kFixed64:
      whole = take_fixed(bytes, 8, field.value);
      break;
    case WireType::kFixed32:
      whole = take_fixed(bytes, 4, field.value);
      break;
    case WireType::kLength:
      whole = take_varint(bytes, length) && length <= bytes.size();
      if (whole) {
        field.payload = bytes.substr(0, length);
        bytes.remove_prefix(length);
      }
      break;
    default:
      problem = "field " + std::to_string(field.number) + " has wire type " + std::to_string(tag & 7) +
                ", which no message of proto3 uses";
      return false;
  }
  if (!whole) {
    problem = "field " + std::to_string(field.number) + " is cut off";
    return false;
  }
  field.type = type;
  field.whole = start.substr(0, start.size() - bytes.size());
  return true;
}

bool fits(const FieldDescriptor& field, WireType type) {
  return type == wire_type_of(field) || (type == WireType::kLength && field.is_packable());
}

}  // namespace

bool take_varint(std::string_view& bytes, uint64_t& value) {
  constexpr size_t kLongest = 10;
  value = 0;
  for (size_t i = 0; i < bytes.size() && i < kLongest; ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    value |= uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool read_wire(std::string_view message, std::vector<WireField>& out, std::string& problem) {
  while (!message.empty()) {
    if (!take_field(message, out.emplace_back(), problem)) return false;
  }
  return true;
}

WireType wire_type_of(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return WireType::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return WireType::kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_GROUP:
      return WireType::kLength;
    default:
      return WireType::kVarint;
  }
}

bool MessageView::parse(const Descriptor& type, std::string_view bytes, std::string& problem) {
  // Room for the common case at once: growing one by one costs most of the time for messages of a few fields.
  constexpr size_t kUsual = 8;
  fields_.clear();
  groups_.clear();
  fields_.reserve(std::min(kUsual, bytes.size() / 2));
  if (!read_wire(bytes, fields_, problem)) return false;
  if (fields_.size() > 1 && type.real_oneof_decl_count() > 0) keep_last_of_oneofs(type);
  const auto by_number = [](const WireField& a, const WireField& b) { return a.number < b.number; };
  if (!std::is_sorted(fields_.begin(), fields_.end(), by_number)) {  // most writers keep the order; sorting allocates
    std::stable_sort(fields_.begin(), fields_.end(), by_number);
  }
  groups_.reserve(std::min(kUsual, fields_.size()));
  for (size_t i = 0, end = 0; i < fields_.size(); i = end) {
    while (end < fields_.size() && fields_[end].number == fields_[i].number) ++end;
    const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(fields_[i].number));
    for (size_t k = i; field != nullptr && k < end; ++k) {
      if (fits(*field, fields_[k].type)) continue;
      problem = field->name() + " has wire type " + std::to_string(static_cast<int>(fields_[k].type)) + ", expected " +
                std::to_string(static_cast<int>(wire_type_of(*field)));
      return false;
    }
    groups_.push_back({field, std::span(fields_).subspan(i, end - i)});
  }
  return true;
}

// Walks from the back: a member counts while no other member of its oneof has been seen behind it.
void MessageView::keep_last_of_oneofs(const Descriptor& type) {
  std::vector<uint32_t> winners(static_cast<size_t>(type.real_oneof_decl_count()), 0);
  for (size_t i = fields_.size(); i-- > 0;) {
    const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(fields_[i].number));
    if (field == nullptr || field->real_containing_oneof() == nullptr) continue;
    uint32_t& winner = winners[static_cast<size_t>(field->real_containing_oneof()->index())];
    if (winner == 0) winner = fields_[i].number;
    if (winner != fields_[i].number) {
      // Everything of the oneof before this one is gone as well, the winner's own earlier parts included.
      winner = UINT32_MAX;
    }
    if (winner == UINT32_MAX) fields_[i].number = 0;
  }
  std::erase_if(fields_, [](const WireField& field) { return field.number == 0; });
}

std::string_view message_bytes(const MessageView::Group& group, std::string& scratch) {
  if (group.occurrences.size() == 1) return group.occurrences[0].payload;
  scratch.clear();
  for (const WireField& field : group.occurrences) scratch += field.payload;
  return scratch;
}

bool scalar_values(const MessageView::Group& group, std::vector<uint64_t>& out) {
  const WireType type = wire_type_of(*group.field);
  for (const WireField& field : group.occurrences) {
    if (field.type != WireType::kLength) {
      out.push_back(field.value);
      continue;
    }
    std::string_view rest = field.payload;
    while (!rest.empty()) {
      uint64_t value = 0;
      const bool whole = type == WireType::kVarint ? take_varint(rest, value)
                                                   : take_fixed(rest, type == WireType::kFixed64 ? 8 : 4, value);
      if (!whole) return false;
      out.push_back(value);
    }
  }
  return true;
}

int64_t signed_value(const FieldDescriptor& field, uint64_t bits) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_SINT32:
      bits &= UINT32_MAX;
      [[fallthrough]];
    case FieldDescriptor::TYPE_SINT64:
      return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return static_cast<int64_t>(bits);
    default:
      return static_cast<int32_t>(static_cast<uint32_t>(bits));
  }
}

uint64_t unsigned_value(const FieldDescriptor& field, uint64_t bits) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return bits != 0 ? 1 : 0;
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return bits & UINT32_MAX;
    default:
      return bits;
  }
}

}  // namespace solder::services

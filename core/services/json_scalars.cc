#include "core/services/json_scalars.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include <protozero/varint.hpp>

#include "core/base/base64.h"
#include "core/base/nearest_name.h"

namespace solder::services {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

template <typename T>
std::optional<T> whole_number(double value) {
  // The upper bound is exclusive because max() of 64 bits rounds up to a double that is out of range.
  const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  const double begin = std::numeric_limits<T>::is_signed ? -end : 0.0;
  if (!(value >= begin && value < end) || value != std::floor(value)) return std::nullopt;
  return static_cast<T>(value);
}

std::optional<double> parse_double(const std::string& text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

template <typename T>
std::optional<T> parse_integer(const json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<uint64_t>();
    if (number > static_cast<uint64_t>(std::numeric_limits<T>::max())) return std::nullopt;
    return static_cast<T>(number);
  }
  if (value.is_number_integer()) {
    const auto number = value.get<int64_t>();
    if (!std::in_range<T>(number)) return std::nullopt;
    return static_cast<T>(number);
  }
  if (value.is_number_float()) return whole_number<T>(value.get<double>());
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  if (const auto real = parse_double(text)) return whole_number<T>(*real);  // "1e3"
  return std::nullopt;
}

std::optional<double> parse_real(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return parse_double(value.get_ref<const std::string&>());
  return std::nullopt;
}

std::optional<uint64_t> parse_float(const json& value) {
  const auto real = parse_real(value);
  if (!real) return std::nullopt;
  const auto narrow = static_cast<float>(*real);
  if (std::isinf(narrow) && !std::isinf(*real)) return std::nullopt;
  return std::bit_cast<uint32_t>(narrow);
}

std::optional<uint64_t> parse_enum(const EnumDescriptor& type, const json& value) {
  if (value.is_null() && type.full_name() == "google.protobuf.NullValue") return 0;
  if (value.is_string()) {
    if (const auto* named = type.FindValueByName(value.get_ref<const std::string&>())) {
      return static_cast<uint64_t>(int64_t{named->number()});
    }
  }
  if (const auto number = parse_integer<int32_t>(value)) return static_cast<uint64_t>(int64_t{*number});
  return std::nullopt;
}

template <typename T>
std::optional<uint64_t> as_bits(std::optional<T> number) {
  if (!number) return std::nullopt;
  if constexpr (std::numeric_limits<T>::is_signed) return static_cast<uint64_t>(int64_t{*number});
  return static_cast<uint64_t>(*number);
}

template <typename T>
std::optional<uint64_t> as_zigzag(std::optional<T> number) {
  if (!number) return std::nullopt;
  return protozero::encode_zigzag64(*number);
}

template <typename T>
std::string integer_range() {
  return "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
         std::to_string(std::numeric_limits<T>::max());
}

std::string expected_enum(const EnumDescriptor& type, const json& found) {
  constexpr int kMostNames = 12;
  std::vector<std::string_view> names;
  std::string list;
  for (int i = 0; i < type.value_count(); ++i) {
    names.push_back(type.value(i)->name());
    if (i < kMostNames) list += (i == 0 ? "" : ", ") + type.value(i)->name();
  }
  if (type.value_count() > kMostNames) list += ", ...";
  std::string nearest;
  if (found.is_string()) nearest = base::nearest_name(found.get_ref<const std::string&>(), names);
  return "one of " + list + (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?");
}

}  // namespace

std::optional<uint64_t> parse_scalar(const FieldDescriptor& field, const json& value) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return value.is_boolean() ? std::optional<uint64_t>(value.get<bool>()) : std::nullopt;
    case FieldDescriptor::TYPE_ENUM:
      return parse_enum(*field.enum_type(), value);
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_SFIXED32:
      return as_bits(parse_integer<int32_t>(value));
    case FieldDescriptor::TYPE_SINT32:
      return as_zigzag(parse_integer<int32_t>(value));
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return as_bits(parse_integer<int64_t>(value));
    case FieldDescriptor::TYPE_SINT64:
      return as_zigzag(parse_integer<int64_t>(value));
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return as_bits(parse_integer<uint32_t>(value));
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      return as_bits(parse_integer<uint64_t>(value));
    case FieldDescriptor::TYPE_FLOAT:
      return parse_float(value);
    case FieldDescriptor::TYPE_DOUBLE: {
      const auto real = parse_real(value);
      return real ? std::optional(std::bit_cast<uint64_t>(*real)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::optional<uint64_t> parse_map_key(const FieldDescriptor& field, const std::string& key) {
  if (field.type() != FieldDescriptor::TYPE_BOOL) return parse_scalar(field, json(key));
  if (key == "true") return 1;
  if (key == "false") return 0;
  return std::nullopt;
}

std::optional<std::string> parse_text(const FieldDescriptor& field, const json& value) {
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  return field.type() == FieldDescriptor::TYPE_BYTES ? base::base64_decode(text) : std::optional(text);
}

std::string expected_scalar(const FieldDescriptor& field, const json& found) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return "true or false";
    case FieldDescriptor::TYPE_ENUM:
      return expected_enum(*field.enum_type(), found);
    case FieldDescriptor::TYPE_STRING:
      return "a string";
    case FieldDescriptor::TYPE_BYTES:
      return "bytes as a Base64 string";
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_DOUBLE:
      return "a number, \"NaN\", \"Infinity\" or \"-Infinity\"";
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
      return integer_range<uint32_t>();
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_FIXED64:
      return integer_range<uint64_t>();
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_SINT64:
    case FieldDescriptor::TYPE_SFIXED64:
      return integer_range<int64_t>();
    default:
      return integer_range<int32_t>();
  }
}

}  // namespace solder::services

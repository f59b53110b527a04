// solder/sdk/message.hpp - writes protobuf messages as wire bytes, field by field.
//
//   Message action;
//   action.add_duration(RouteAction::kTimeout, *parse_duration("5s")).add_bool_value(RouteAction::kAutoHostRewrite,
//   true); out.fragment("route_action", action);
//
// Field numbers come from the generated "solder/envoy_fields.h" or from Envoy's .proto files. What is added is set, an
// explicit false or 0 included: in a fragment that is a statement of its own. Nothing but std here, so that a plugin
// needs no protobuf library. Source: "Encoding" of the protobuf documentation. Tested by
// tests/unit/sdk/message_test.cc.
#ifndef SOLDER_SDK_MESSAGE_HPP_
#define SOLDER_SDK_MESSAGE_HPP_

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace solder::sdk {

// google.protobuf.Duration; both parts have the same sign.
struct Duration {
  int64_t seconds = 0;
  int32_t nanos = 0;

  auto operator<=>(const Duration&) const = default;
};

// "5s", "1.5s", "-0.1s": proto3's JSON form. Nothing where the text is anything else.
inline std::optional<Duration> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (!text.ends_with('s')) return std::nullopt;
  text.remove_suffix(1);
  const auto dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view part = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  if (whole.empty() || whole.size() > 12 || part.size() > 9) return std::nullopt;
  if (dot != std::string_view::npos && part.empty()) return std::nullopt;
  Duration out;
  for (const char c : whole) {
    if (c < '0' || c > '9') return std::nullopt;
    out.seconds = out.seconds * 10 + (c - '0');
  }
  for (size_t i = 0; i < 9; ++i) {
    const char c = i < part.size() ? part[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    out.nanos = out.nanos * 10 + (c - '0');
  }
  if (negative) out = {-out.seconds, -out.nanos};
  return out;
}

class Message {
 public:
  Message& add_string(uint32_t field, std::string_view value) {
    key(field, kLengthDelimited);
    varint(value.size());
    bytes_.append(value);
    return *this;
  }
  Message& add_message(uint32_t field, const Message& value) { return add_string(field, value.bytes_); }
  // uint32, uint64, and enums and lengths, which are not negative.
  Message& add_uint(uint32_t field, uint64_t value) {
    key(field, kVarint);
    varint(value);
    return *this;
  }
  // int32, int64, enums.
  Message& add_int(uint32_t field, int64_t value) { return add_uint(field, static_cast<uint64_t>(value)); }
  Message& add_enum(uint32_t field, int32_t value) { return add_int(field, value); }
  Message& add_bool(uint32_t field, bool value) { return add_uint(field, value ? 1 : 0); }
  Message& add_double(uint32_t field, double value) {
    key(field, kFixed64);
    const auto bits = std::bit_cast<uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>(bits >> shift & 0xff));
    return *this;
  }

  // google.protobuf.BoolValue, UInt32Value, UInt64Value, DoubleValue, StringValue, Duration.
  Message& add_bool_value(uint32_t field, bool value) { return add_message(field, Message().add_bool(1, value)); }
  Message& add_uint_value(uint32_t field, uint64_t value) { return add_message(field, Message().add_uint(1, value)); }
  Message& add_double_value(uint32_t field, double value) { return add_message(field, Message().add_double(1, value)); }
  Message& add_string_value(uint32_t field, std::string_view value) {
    return add_message(field, Message().add_string(1, value));
  }
  Message& add_duration(uint32_t field, const Duration& value) {
    Message duration;
    if (value.seconds != 0) duration.add_int(1, value.seconds);
    if (value.nanos != 0) duration.add_int(2, value.nanos);
    return add_message(field, duration);
  }
  // google.protobuf.Any; `type_url` as "type.googleapis.com/envoy...".
  Message& add_any(uint32_t field, std::string_view type_url, const Message& value) {
    return add_message(field, Message().add_string(1, type_url).add_message(2, value));
  }
  // An entry of a map from string to message.
  Message& add_entry(uint32_t field, std::string_view map_key, const Message& value) {
    return add_message(field, Message().add_string(1, map_key).add_message(2, value));
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2 };

  void key(uint32_t field, WireType type) { varint(uint64_t{field} << 3 | type); }
  void varint(uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>((value & 0x7f) | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }

  std::string bytes_;
};

}  // namespace solder::sdk

#endif

// solder/sdk/base64.hpp - base64, standard or URL-safe, with or without padding, broken into lines or not.
// Tested by tests/unit/sdk/message_test.cc.
#ifndef SOLDER_SDK_BASE64_HPP_
#define SOLDER_SDK_BASE64_HPP_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace solder::sdk {

// The value of a digit, -1 for what is passed over, -2 for what base64 does not have.
inline int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return c == '=' || c == '\n' || c == '\r' || c == ' ' ? -1 : -2;
}

inline std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit == -2) return std::nullopt;
    if (digit == -1) continue;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out.push_back(static_cast<char>(bits >> have & 0xff));
  }
  return out;
}

inline std::string encode_base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out.push_back(kDigits[bits >> (have - 6) & 63]);
  }
  if (have > 0) out.push_back(kDigits[bits << (6 - have) & 63]);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

}  // namespace solder::sdk

#endif

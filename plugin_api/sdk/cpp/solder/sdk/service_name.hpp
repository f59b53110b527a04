// solder/sdk/service_name.hpp - the names that Gloo gives to the upstreams of a Kubernetes Service's port. A name of at
// most 63 letters is "<namespace>-<name>-<port>"; a longer one is cut and ends in a hash, so that it stays a name of
// Kubernetes. Routes, discovered objects and Gloo's users all make the name by this rule. Source: Gloo's naming; MD5
// (RFC 1321), which is no protection here. Tested by tests/unit/sdk/service_name_test.cc.
#ifndef SOLDER_SDK_SERVICE_NAME_HPP_
#define SOLDER_SDK_SERVICE_NAME_HPP_

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace solder::sdk {

namespace internal {

inline std::array<uint32_t, 64> md5_constants() {
  std::array<uint32_t, 64> out{};
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<uint32_t>(std::floor(std::abs(std::sin(static_cast<double>(i + 1))) * 4294967296.0));
  }
  return out;
}

// One block of 64 bytes into the state.
inline void md5_block(const unsigned char* block, std::array<uint32_t, 4>& state) {
  static constexpr std::array<std::array<int, 4>, 4> kShifts = {
      {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
  const std::array<uint32_t, 64> constants = md5_constants();
  auto [a, b, c, d] = state;
  for (size_t i = 0; i < 64; ++i) {
    uint32_t mixed = 0;
    size_t word = 0;
    if (i < 16) {
      mixed = (b & c) | (~b & d), word = i;
    } else if (i < 32) {
      mixed = (d & b) | (~d & c), word = (5 * i + 1) % 16;
    } else if (i < 48) {
      mixed = b ^ c ^ d, word = (3 * i + 5) % 16;
    } else {
      mixed = c ^ (b | ~d), word = 7 * i % 16;
    }
    uint32_t value = 0;
    for (size_t byte = 4; byte-- > 0;) value = value << 8 | block[4 * word + byte];
    const uint32_t next = b + std::rotl(a + mixed + constants[i] + value, kShifts[i / 16][i % 4]);
    a = d, d = c, c = b, b = next;
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

inline std::string md5_hex(std::string_view text) {
  std::array<uint32_t, 4> state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::string padded(text);
  padded.push_back(static_cast<char>(0x80));
  while (padded.size() % 64 != 56) padded.push_back(0);
  for (int shift = 0; shift < 64; shift += 8) padded.push_back(static_cast<char>(uint64_t{text.size()} * 8 >> shift));
  for (size_t at = 0; at < padded.size(); at += 64) {
    std::array<unsigned char, 64> block{};
    for (size_t i = 0; i < block.size(); ++i) block[i] = static_cast<unsigned char>(padded[at + i]);
    md5_block(block.data(), state);
  }
  std::string out;
  for (const uint32_t word : state) {
    for (int byte = 0; byte < 4; ++byte) {
      for (const int shift : {4, 0}) out.push_back("0123456789abcdef"[word >> (8 * byte + shift) & 15]);
    }
  }
  return out;
}

}  // namespace internal

// "default-petstore-8080": what discovery calls the Upstream that it writes for the port.
inline std::string discovered_upstream_name(std::string_view ns, std::string_view service, uint64_t port) {
  constexpr size_t kLongest = 63;
  constexpr size_t kKept = 31;
  std::string name;
  for (const char c : std::string(ns) + "-" + std::string(service) + "-" + std::to_string(port)) {
    const bool replaced = c == '*' || c == '/' || c == '.' || c == ':' || c == '_' || c == ' ';
    const bool dropped = c == '[' || c == ']' || c == '\n' || c == '"' || c == '\'';
    if (!dropped) name.push_back(replaced ? '-' : c);
  }
  if (name.size() > kLongest) name = (name.substr(0, kKept) + "-" + internal::md5_hex(name)).substr(0, kLongest);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

// "kube-svc:default-petstore-8080": the one in memory, in the Service's namespace, which a route's `kube` destination
// leads to.
inline std::string service_upstream_name(std::string_view ns, std::string_view service, uint64_t port) {
  return "kube-svc:" + discovered_upstream_name(ns, service, port);
}

}  // namespace solder::sdk

#endif

// Into which of a few parts a number falls, where its low bits say little: a hash whose low bits are used already, or
// an address.
#pragma once

#include <cstddef>
#include <cstdint>

namespace solder::engine {

// Below `Parts`, a power of two: the upper bits of a product (Fibonacci hashing).
template <size_t Parts>
size_t spread(uint64_t number) {
  static_assert(Parts > 1 && (Parts & (Parts - 1)) == 0);
  constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
  constexpr int kBits = 64 - __builtin_ctzll(Parts);
  return (number * kGolden) >> kBits;
}

}  // namespace solder::engine

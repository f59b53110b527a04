// The hash of a sequence that may be put together from parts: the same wherever it was cut. A polynomial modulo the
// prime 2^61-1 over the elements' hashes. Tested by tests/unit/base/hash_test.cc.
#pragma once

#include <cstdint>

#include "core/base/hash.h"

namespace solder::base {

class SequenceHash {
 public:
  // The next element, by its hash.
  void add(uint64_t element) {
    value_ = reduced(product(value_, kBase) + element % kPrime + 1);
    power_ = product(power_, kBase);
  }
  // All elements of another sequence.
  void append(const SequenceHash& other) {
    value_ = reduced(product(value_, other.power_) + other.value_);
    power_ = product(power_, other.power_);
  }
  [[nodiscard]] uint64_t value() const { return hash_combine(value_, power_); }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
  static constexpr uint64_t kBase = 0x1B8735939D2C4F61 & kPrime;

  static uint64_t reduced(uint64_t number) {
    number = (number & kPrime) + (number >> 61);
    return number >= kPrime ? number - kPrime : number;
  }
  static uint64_t product(uint64_t a, uint64_t b) {
    const Wide wide = static_cast<Wide>(a) * b;
    return reduced((static_cast<uint64_t>(wide) & kPrime) + static_cast<uint64_t>(wide >> 61));
  }

  uint64_t value_ = 0;
  uint64_t power_ = 1;  // of the base, to the number of elements
};

}  // namespace solder::base

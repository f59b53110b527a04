// Content hashes: 64 bits of XXH3 (xxHash), the same on every machine and in every run. They name versions and cut
// off recomputation; they are no protection against an adversary. Any thread. Tested by tests/unit/base/hash_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace solder::base {

class Bytes;

uint64_t hash_bytes(std::string_view bytes);
uint64_t hash_bytes(const Bytes& bytes);

// The hash of an ordered sequence, from what came before and the next element's hash.
uint64_t hash_combine(uint64_t seed, uint64_t next);

// 16 lower-case hex digits.
std::string hash_text(uint64_t hash);

}  // namespace solder::base

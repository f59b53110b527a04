#include "core/base/hash.h"

#include <xxhash.h>

#include <array>
#include <memory>

#include "core/base/bytes.h"

namespace solder::base {

uint64_t hash_bytes(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

uint64_t hash_bytes(const Bytes& bytes) {
  if (const std::string* one = bytes.one_piece()) return hash_bytes(std::string_view(*one));
  // xxHash keeps the layout of its state private where it is linked as a shared library.
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
  XXH3_64bits_reset(state.get());
  bytes.for_each_piece(
      [&](const Bytes::Piece& piece) { XXH3_64bits_update(state.get(), piece->data(), piece->size()); });
  return XXH3_64bits_digest(state.get());
}

uint64_t hash_combine(uint64_t seed, uint64_t next) {
  const std::array<uint64_t, 2> both{seed, next};
  return XXH3_64bits(both.data(), sizeof(both));
}

std::string hash_text(uint64_t hash) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (size_t i = 16; i-- > 0; hash >>= 4) text[i] = kDigits[hash & 0xf];
  return text;
}

}  // namespace solder::base

// Hashes name versions that outlive a process, so their values must never change.
#include "core/base/hash.h"

#include <gtest/gtest.h>

#include "core/base/bytes.h"

namespace solder::base {
namespace {

TEST(Hash, IsXxh3OnEveryMachine) { EXPECT_EQ(hash_text(hash_bytes("")), "2d06800538d394c2"); }

TEST(Hash, IsTheSameHoweverTheBytesAreCut) {
  const std::string text(100'000, 'x');
  Bytes cut;
  for (size_t at = 0; at < text.size(); at += 777) cut.append(text.substr(at, 777));
  EXPECT_EQ(hash_bytes(cut), hash_bytes(text));
  EXPECT_EQ(hash_bytes(Bytes(text)), hash_bytes(text));
  EXPECT_EQ(hash_bytes(Bytes()), hash_bytes(""));
}

TEST(Hash, OfASequenceDependsOnItsOrder) {
  const uint64_t a = hash_bytes("a");
  const uint64_t b = hash_bytes("b");
  EXPECT_NE(hash_combine(a, b), hash_combine(b, a));
  EXPECT_EQ(hash_combine(a, b), hash_combine(a, b));
}

TEST(Hash, IsWrittenInSixteenDigits) {
  EXPECT_EQ(hash_text(0), "0000000000000000");
  EXPECT_EQ(hash_text(0xabc), "0000000000000abc");
  EXPECT_EQ(hash_text(~0ULL), "ffffffffffffffff");
}

}  // namespace
}  // namespace solder::base

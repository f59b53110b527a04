// Hashes name versions that outlive a process, so their values must never change.
#include "core/base/hash.h"

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/base/sequence_hash.h"

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

SequenceHash sequence(uint64_t from, uint64_t to) {
  SequenceHash hash;
  for (uint64_t i = from; i < to; ++i) hash.add(hash_combine(1, i));
  return hash;
}

TEST(SequenceHash, IsTheSameWhereverTheSequenceIsCut) {
  const SequenceHash whole = sequence(0, 100);
  for (uint64_t cut = 0; cut <= 100; cut += 4) {
    SequenceHash joined = sequence(0, cut);
    joined.append(SequenceHash());
    joined.append(sequence(cut, 100));
    EXPECT_EQ(joined.value(), whole.value()) << cut;
  }
}

TEST(SequenceHash, TellsOtherSequencesApart) {
  SequenceHash swapped = sequence(50, 100);
  swapped.append(sequence(0, 50));
  EXPECT_NE(swapped.value(), sequence(0, 100).value());
  EXPECT_NE(sequence(0, 99).value(), sequence(0, 100).value());
  SequenceHash none, zero, zeros;
  zero.add(0);
  zeros.add(0);
  zeros.add(0);
  EXPECT_NE(none.value(), zero.value());
  EXPECT_NE(zero.value(), zeros.value());
}

TEST(Hash, IsWrittenInSixteenDigits) {
  EXPECT_EQ(hash_text(0), "0000000000000000");
  EXPECT_EQ(hash_text(0xabc), "0000000000000abc");
  EXPECT_EQ(hash_text(~0ULL), "ffffffffffffffff");
}

}  // namespace
}  // namespace solder::base

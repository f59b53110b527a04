// How much is kept for a process: what replaces something, and what leaves with the end of a list, counts no more.
#include "core/host/isolation/ledger.h"

#include <gtest/gtest.h>

namespace solder::host::isolation {
namespace {

TEST(Ledger, WhatIsTooMuchIsRefusedAndChangesNothing) {
  Ledger ledger(2000);
  EXPECT_TRUE(ledger.put("a", 1000));
  const size_t before = ledger.total();
  EXPECT_FALSE(ledger.put("b", 1000));
  EXPECT_FALSE(ledger.put("a", 3000));
  EXPECT_EQ(ledger.total(), before);
  EXPECT_TRUE(ledger.put("a", 500));  // takes the place of the one before
  EXPECT_EQ(ledger.total(), before - 500);
  ledger.remove("a");
  EXPECT_EQ(ledger.total(), 0u);
}

// Small things cost something as well.
TEST(Ledger, ManyEmptyOnesAreMuchToo) {
  Ledger ledger(100000);
  int taken = 0;
  while (taken < 1000 && ledger.put(std::to_string(taken), 0)) ++taken;
  EXPECT_LT(taken, 1000);
}

TEST(Ledger, WithTheEndOfAListThoseGoThatWereNotPut) {
  Ledger ledger(100000);
  for (const char* key : {"Service\nns\na", "Service\nns\nb", "Service\nother\na", "Secret\nns\na"})
    ledger.put(key, 10);
  const size_t each = ledger.total() / 4;
  ledger.begin_list("Service\nns\n");
  ledger.put("Service\nns\nb", 10);
  ledger.end_list("Service\nns\n");
  EXPECT_NEAR(static_cast<double>(ledger.total()), static_cast<double>(3 * each), 10);
  ledger.end_list("Secret\n");  // nobody began it
  EXPECT_NEAR(static_cast<double>(ledger.total()), static_cast<double>(3 * each), 10);
  ledger.begin_list("Service\n");
  ledger.end_list("Service\n");
  EXPECT_NEAR(static_cast<double>(ledger.total()), static_cast<double>(each), 10);
}

}  // namespace
}  // namespace solder::host::isolation

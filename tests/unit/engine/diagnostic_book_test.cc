// What changes for an object when sources say something new.
#include "core/engine/diagnostic_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solder::engine::diagnostic_book_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const model::ObjectRef kA{"Upstream", "ns", "a"};
const model::ObjectRef kB{"Upstream", "ns", "b"};

model::Diagnostic problem(const model::ObjectRef& object, const std::string& reason) {
  return {.reason = reason, .object = object};
}

TEST(DiagnosticBook, TellsWhichObjectsChanged) {
  DiagnosticBook book;
  book.set("one", {problem(kA, "X"), problem(kB, "Y")});
  EXPECT_THAT(book.take_changed(), ElementsAre(kA, kB));
  book.set("one", {problem(kA, "X"), problem(kB, "Z")});
  EXPECT_THAT(book.take_changed(), ElementsAre(kB)) << "the same said again is no change";
  book.set("one", {problem(kB, "Z")});
  EXPECT_THAT(book.take_changed(), ElementsAre(kA));
  EXPECT_THAT(book.about(kA), IsEmpty());
  EXPECT_THAT(book.all(), SizeIs(1));
}

TEST(DiagnosticBook, SourcesDoNotTouchEachOther) {
  DiagnosticBook book;
  book.set("one", {problem(kA, "X")});
  book.set("two", {problem(kA, "Y")});
  book.take_changed();
  book.set("one", {});
  EXPECT_THAT(book.take_changed(), ElementsAre(kA));
  ASSERT_THAT(book.about(kA), SizeIs(1));
  EXPECT_EQ(book.about(kA)[0].reason, "Y");
  book.set("three", {});
  EXPECT_THAT(book.take_changed(), IsEmpty());
}

}  // namespace
}  // namespace solder::engine::diagnostic_book_test

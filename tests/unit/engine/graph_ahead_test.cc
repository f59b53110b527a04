// Cells that threads make ahead of their turn: the same values, reads and collection as those made in turn.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>

#include "core/base/parallel.h"
#include "core/engine/graph.h"
#include "core/engine/text_memo.h"
#include "graph_numbers.h"

namespace solder::engine::graph_ahead_test {

namespace {

struct Length {
  uint64_t hash = 0;
  size_t value = 0;
  std::shared_ptr<const std::string> text;
};

// sums[k] = tens[k / 10] + input k + the length of a word that all share
struct World {
  Graph graph;
  Inputs<int, int> inputs{graph};
  std::atomic<int> tens_made{0}, sums_made{0}, lengths_made{0};
  std::string word = "twelve chars";
  TextMemo<TextKey, Length> lengths{graph, [this](Reader&, const TextKey&, const std::string& text) {
                                      ++lengths_made;
                                      auto result = std::make_shared<Length>();
                                      result->hash = result->value = text.size();
                                      return result;
                                    }};
  Memo<int, Number> tens{graph, [this](Reader& reader, int key) {
                           ++tens_made;
                           const auto& input = inputs.read(reader, 1000 + key);
                           return number(input ? *input : 0);
                         }};
  Memo<int, Number> sums{graph, [this](Reader& reader, int key) {
                           ++sums_made;
                           const auto& input = inputs.read(reader, key);
                           const int length = static_cast<int>(lengths.read(reader, {}, word)->value);
                           return number((input ? *input : 0) + tens.read(reader, key / 10)->value + length);
                         }};

  void set(int key, int value) { inputs.set(key, std::make_shared<const int>(value), static_cast<uint64_t>(value)); }
  void make_ahead(int count) {
    graph.ahead();
    base::parallel_for(static_cast<size_t>(count), 4, [&](size_t i) {
      Reader reader(graph, Reader::Kind::kAhead);
      sums.read(reader, static_cast<int>(i));
    });
    graph.settle();
  }
};

TEST(GraphAhead, RootsFindWhatWasMade) {
  World world;
  for (int key = 0; key < 100; ++key) world.set(key, key);
  world.set(1003, 7);
  world.make_ahead(100);
  const int made = world.sums_made;
  EXPECT_EQ(made, 100);
  for (int key = 0; key < 100; ++key) {
    EXPECT_EQ(world.sums.root(key)->value, key + (key / 10 == 3 ? 7 : 0) + 12) << key;
  }
  EXPECT_EQ(world.sums_made, made) << "nothing is left to do";
  EXPECT_GE(world.graph.computed(), 100 + 10 + 1U);
}

TEST(GraphAhead, AChangeRunsWhatReadIt) {
  World world;
  for (int key = 0; key < 100; ++key) world.set(key, key);
  world.make_ahead(100);
  for (int key = 0; key < 100; ++key) world.sums.root(key);
  world.graph.collect();
  world.sums_made = 0;
  world.set(5, 50);
  world.graph.update_roots();
  EXPECT_EQ(world.sums_made, 1);
  EXPECT_EQ(world.sums.peek(5)->value, 62);
  world.set(1009, 1);  // was looked for and not there
  world.graph.update_roots();
  EXPECT_EQ(world.sums_made, 11);
  EXPECT_EQ(world.sums.peek(99)->value, 112);
}

TEST(GraphAhead, WhatNothingReadsIsCollected) {
  World world;
  world.make_ahead(20);
  world.sums.take_touched();
  world.sums.root(3);
  world.graph.collect();
  EXPECT_EQ(world.sums.peek(4), nullptr);
  EXPECT_EQ(world.tens.peek(1), nullptr);
  ASSERT_NE(world.tens.peek(0), nullptr);
  world.sums.unroot(3);
  world.graph.collect();
  EXPECT_EQ(world.tens.peek(0), nullptr);
}

TEST(GraphAhead, WhatWouldHaveToBeComputedAgainIsLeftToItsTurn) {
  World world;
  for (int key = 0; key < 20; ++key) world.set(key, key);
  world.tens.root(0);
  world.set(1000, 100);  // tens[0] is stale from here on
  world.make_ahead(20);
  EXPECT_EQ(world.sums.peek(3), nullptr);
  ASSERT_NE(world.sums.peek(13), nullptr);
  EXPECT_EQ(world.sums.root(3)->value, 115);
  EXPECT_EQ(world.sums.root(13)->value, 25);
}

TEST(GraphAhead, TouchedKeysAreTold) {
  World world;
  world.sums.take_touched();
  world.make_ahead(3);
  auto touched = world.sums.take_touched();
  std::sort(touched.begin(), touched.end());
  EXPECT_EQ(touched, (std::vector<int>{0, 1, 2}));
}

TEST(GraphAhead, TextsAreKeptWithTheirValues) {
  World world;
  world.make_ahead(30);
  const int made = world.lengths_made;
  EXPECT_GE(made, 1);
  EXPECT_LE(made, 4) << "once a thread at most";
  EXPECT_EQ(world.sums.root(2)->value, 12);
  world.word = "short";
  world.set(2, 1);
  EXPECT_EQ(world.sums.root(2)->value, 6);
  EXPECT_EQ(world.lengths_made, made + 1);
}

}  // namespace
}  // namespace solder::engine::graph_ahead_test

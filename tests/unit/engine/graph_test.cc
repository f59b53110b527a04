// The incremental graph: recorded reads, early cut-off, absent inputs, collection.
#include "core/engine/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "core/engine/text_memo.h"
#include "graph_numbers.h"

namespace solder::engine::graph_test {

namespace {

// inputs → halves (value / 2) → sums over a fixed set of keys.
struct World {
  Graph graph;
  Inputs<int, int> inputs{graph};
  std::map<int, int> halved;  // how often each was computed
  int summed = 0;
  int keys = 3;
  Memo<int, Number> halves{graph, [this](Reader& reader, int key) {
                             ++halved[key];
                             const auto& input = inputs.read(reader, key);
                             return number(input ? *input / 2 : -100);
                           }};
  Memo<int, Number> sum{graph, [this](Reader& reader, int) {
                          ++summed;
                          int total = 0;
                          for (int key = 0; key < keys; ++key) total += halves.read(reader, key)->value;
                          return number(total);
                        }};

  void set(int key, int value) { inputs.set(key, std::make_shared<const int>(value), static_cast<uint64_t>(value)); }
};

TEST(Graph, ComputesOnceAndRemembers) {
  World world;
  for (int key = 0; key < 3; ++key) world.set(key, 10);
  EXPECT_EQ(world.sum.root(0)->value, 15);
  EXPECT_EQ(world.sum.root(0)->value, 15);
  EXPECT_EQ(world.summed, 1);
}

TEST(Graph, AChangeRunsOnlyWhatReadIt) {
  World world;
  for (int key = 0; key < 3; ++key) world.set(key, 10);
  world.sum.root(0);
  world.set(1, 20);
  EXPECT_EQ(world.sum.root(0)->value, 20);
  EXPECT_EQ(world.halved[0], 1);
  EXPECT_EQ(world.halved[1], 2);
  EXPECT_EQ(world.summed, 2);
}

TEST(Graph, AnEqualResultStopsTheWave) {
  World world;
  for (int key = 0; key < 3; ++key) world.set(key, 10);
  world.sum.root(0);
  world.set(1, 11);  // 11 / 2 == 10 / 2
  EXPECT_EQ(world.sum.root(0)->value, 15);
  EXPECT_EQ(world.halved[1], 2);
  EXPECT_EQ(world.summed, 1);
}

TEST(Graph, WhatWasLookedForAndNotFoundIsADependency) {
  World world;
  world.set(0, 10);
  world.set(1, 10);
  EXPECT_EQ(world.sum.root(0)->value, -90);
  world.set(2, 10);
  EXPECT_EQ(world.sum.root(0)->value, 15);
  world.inputs.set(2, nullptr, 0);
  EXPECT_EQ(world.sum.root(0)->value, -90);
}

TEST(Graph, SettingAnEqualInputIsNoChange) {
  World world;
  for (int key = 0; key < 3; ++key) world.set(key, 10);
  world.sum.root(0);
  const uint64_t before = world.graph.computed();
  world.set(0, 10);
  world.sum.root(0);
  EXPECT_EQ(world.graph.computed(), before);
}

TEST(Graph, RootsThatSomethingReachedAreBroughtUpToDate) {
  World world;
  for (int key = 0; key < 3; ++key) world.set(key, 10);
  world.sum.root(0);
  world.halves.take_touched();
  world.sum.take_touched();
  world.graph.update_roots();
  EXPECT_EQ(world.summed, 1) << "nothing happened";
  world.set(1, 20);
  world.set(2, 11);
  world.graph.update_roots();
  EXPECT_EQ(world.sum.peek(0)->value, 20);
  EXPECT_EQ(world.summed, 2);
  EXPECT_THAT(world.halves.take_touched(), ::testing::UnorderedElementsAre(1, 2));
  EXPECT_THAT(world.sum.take_touched(), ::testing::ElementsAre(0));
  world.sum.unroot(0);
  world.graph.collect();
  EXPECT_THAT(world.sum.take_touched(), ::testing::ElementsAre(0)) << "what was collected is told";
}

TEST(Graph, AChangeAsksOnlyWhatItReached) {
  World world;
  world.keys = 1000;
  for (int key = 0; key < world.keys; ++key) world.set(key, 10);
  world.sum.root(0);
  const uint64_t before = world.graph.computed();
  world.set(500, 20);
  world.graph.update_roots();
  EXPECT_EQ(world.graph.computed() - before, 2u) << "the half and the sum";
}

TEST(Graph, CollectsWhatNothingReads) {
  World world;
  for (int key = 0; key < 3; ++key) world.set(key, 10);
  world.sum.root(0);
  world.keys = 1;
  world.set(0, 20);  // makes the sum run again, now over one key
  world.sum.root(0);
  world.graph.collect();
  EXPECT_EQ(world.halves.peek(2), nullptr);
  EXPECT_NE(world.halves.peek(0), nullptr);
  world.sum.unroot(0);
  world.graph.collect();
  EXPECT_EQ(world.sum.peek(0), nullptr);
  EXPECT_EQ(world.halves.peek(0), nullptr);
  EXPECT_NE(world.inputs.peek(0), nullptr) << "an input that is there stays";
}

// After any sequence of changes the memoized sum is what a fresh graph gives.
struct Counted {
  uint64_t hash = 0;
  std::shared_ptr<const std::string> text;
};

TEST(TextMemo, OneTextIsMadeOnceAndAgainWhereWhatItReadIsNew) {
  Graph graph;
  Inputs<int, int> inputs(graph);
  int made = 0;
  TextMemo<TextKey, Counted> texts(graph, [&](Reader& reader, const TextKey&, const std::string& text) {
    ++made;
    auto out = std::make_shared<Counted>();
    const auto& input = inputs.read(reader, 1);
    out->hash = text.size() + (input ? *input : 0);
    return out;
  });
  Memo<int, Counted> readers(graph, [&](Reader& reader, int key) {
    auto out = std::make_shared<Counted>();
    out->hash = texts.read(reader, {}, key < 10 ? "low" : "higher")->hash;
    return out;
  });
  for (const int key : {1, 2, 3, 11, 12}) readers.root(key);
  EXPECT_EQ(made, 2);
  inputs.set(1, std::make_shared<const int>(100), 100);
  graph.update_roots();
  EXPECT_EQ(made, 4);
  EXPECT_EQ(readers.root(3)->hash, 103u);
  EXPECT_EQ(readers.root(12)->hash, 106u);
}

TEST(Graph, RandomEditsEqualAFreshRun) {
  std::mt19937 random(7);
  World world;
  world.keys = 20;
  std::map<int, int> model;
  for (int step = 0; step < 5000; ++step) {
    const int key = static_cast<int>(random() % 20);
    if (random() % 4 == 0) {
      world.inputs.set(key, nullptr, 0);
      model.erase(key);
    } else {
      model[key] = static_cast<int>(random() % 8);
      world.set(key, model[key]);
    }
    if (random() % 3 != 0) continue;
    int want = 0;
    for (int k = 0; k < 20; ++k) want += model.count(k) != 0 ? model[k] / 2 : -100;
    ASSERT_EQ(world.sum.root(0)->value, want) << "at step " << step;
    if (random() % 5 == 0) world.graph.collect();
  }
}

}  // namespace
}  // namespace solder::engine::graph_test

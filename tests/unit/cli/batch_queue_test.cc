#include "cli/batch_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace solder::cli::batch_queue_test {
namespace {

store::Batch batch(bool complete) {
  store::Batch made;
  made.complete = complete;
  return made;
}

TEST(BatchQueueTest, EverythingThatWaitsIsTakenAtOnceAndInOrder) {
  BatchQueue queue;
  queue.push(batch(false));
  queue.push(batch(true));
  const auto taken = queue.take().batches;
  ASSERT_EQ(2u, taken.size());
  EXPECT_FALSE(taken[0].complete);
  EXPECT_TRUE(taken[1].complete);
}

TEST(BatchQueueTest, ClosingEndsAfterWhatIsLeft) {
  BatchQueue queue;
  queue.push(batch(true));
  queue.close();
  EXPECT_EQ(1u, queue.take().batches.size());
  EXPECT_TRUE(queue.take().empty());
}

TEST(BatchQueueTest, APokeIsTakenOnceAndWithoutABatch) {
  BatchQueue queue;
  queue.poke();
  queue.poke();
  const auto taken = queue.take();
  EXPECT_TRUE(taken.poked);
  EXPECT_TRUE(taken.batches.empty());
  queue.push(batch(true));
  EXPECT_FALSE(queue.take().poked);
}

TEST(BatchQueueTest, TakingWaits) {
  BatchQueue queue;
  std::thread pusher([&] { queue.push(batch(true)); });
  EXPECT_EQ(1u, queue.take().batches.size());
  pusher.join();
}

TEST(BatchQueueTest, TasksComeBesideBatchesUntilItIsClosed) {
  BatchQueue queue;
  int done = 0;
  EXPECT_TRUE(queue.post([&](bool doable) { done += doable ? 1 : 0; }));
  queue.push(batch(true));
  auto work = queue.take();
  ASSERT_EQ(1u, work.tasks.size());
  work.tasks[0](true);
  EXPECT_EQ(1, done);
  queue.close();
  EXPECT_FALSE(queue.post([](bool) {}));
  EXPECT_TRUE(queue.take().empty());
}

}  // namespace
}  // namespace solder::cli::batch_queue_test

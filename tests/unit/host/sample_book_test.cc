// What is kept of a plugin's inputs is a few of each sort, and another plugin is asked the very same.
#include "core/host/sample_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/host/abi_text.h"
#include "core/host/plugin.h"
#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;

// Writes down what it is asked.
class Asked final : public Plugin {
 public:
  Asked() : Plugin({}, "", "") {}
  [[nodiscard]] bool has(Operation) const override { return true; }
  std::vector<ItemOutput> call(Operation operation, solder_span in, std::span<const Subject>, const Lookup&,
                               std::chrono::nanoseconds) override {
    if (operation == Operation::kOptions) {
      const auto& input = *SOLDER_AT(solder_option_input, in, 0);
      said.push_back(std::string(input.key.data, input.key.len) + "=" + std::string(input.value.data, input.value.len));
    } else if (operation == Operation::kClusters) {
      const auto& input = *SOLDER_AT(solder_upstream_input, in, 0);
      said.push_back("cluster " + std::string(input.cluster_name.data, input.cluster_name.len));
    }
    return std::vector<ItemOutput>(1);
  }
  std::vector<std::string> said;
};

void take_option(SampleBook& book, const std::string& key, const std::string& value) {
  const solder_option_input input{sizeof input, SOLDER_SCOPE_ROUTE, 0, 0, {}, view(key), {}, view(value), {}};
  book.take(Operation::kOptions, {&input, 1, sizeof input});
}

TEST(SampleBook, AFewOfEachSortAndTheyCanBeAskedAgain) {
  SampleBook book;
  for (int i = 0; i < 100; ++i) take_option(book, "timeout", std::to_string(i));
  take_option(book, "retries", "{}");
  const std::string cluster = "one_ns";
  const solder_upstream_input upstream{sizeof upstream, 0, {}, {}, {}, {}, {}, view(cluster)};
  book.take(Operation::kClusters, {&upstream, 1, sizeof upstream});
  Asked other;
  EXPECT_TRUE(replay(other, book.all()));
  EXPECT_THAT(other.said,
              ElementsAre("timeout=0", "timeout=1", "timeout=2", "timeout=3", "retries={}", "cluster one_ns"));
}

TEST(SampleBook, WhatIsNoSampleIsSaid) {
  Asked other;
  EXPECT_FALSE(replay(other, {"nonsense"}));
  EXPECT_FALSE(replay(other, {"{\"operation\":3}"}));
}

}  // namespace
}  // namespace solder::host

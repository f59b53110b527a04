#include "cli/refusal_book.h"

#include <gtest/gtest.h>

namespace solder::cli::refusal_book_test {
namespace {

xds::NodeStatus node(const std::string& id) {
  xds::NodeStatus status;
  status.id = id;
  status.role = "ns~proxy";
  status.delta = true;
  status.sent[static_cast<size_t>(xds::ResourceType::kListener)] = 2;
  return status;
}

xds::Refusal refusal(const std::string& id, const std::string& message) {
  return {"ns~proxy", id, xds::ResourceType::kListener, message, {"listener-::-8080"}};
}

TEST(RefusalBookTest, NodesCarryTheirLastRefusal) {
  RefusalBook book;
  book.add(refusal("a", "first"));
  book.add(refusal("a", "second"));
  const auto nodes = book.nodes_json({node("a"), node("b")});
  ASSERT_EQ(2u, nodes.size());
  EXPECT_EQ("delta", nodes[0]["protocol"]);
  EXPECT_EQ(2, nodes[0]["types"]["listeners"]["sent"]);
  ASSERT_EQ(1u, nodes[0]["warnings"].size());
  EXPECT_EQ("second", nodes[0]["warnings"][0]["message"]);
  EXPECT_EQ(2, nodes[0]["warnings"][0]["times"]);
  EXPECT_EQ("listener-::-8080", nodes[0]["warnings"][0]["resources"][0]);
  EXPECT_TRUE(nodes[1]["warnings"].empty());
}

TEST(RefusalBookTest, ANodeThatLeftIsForgotten) {
  RefusalBook book;
  book.add(refusal("a", "first"));
  book.nodes_json({node("b")});
  EXPECT_TRUE(book.nodes_json({node("a")})[0]["warnings"].empty());
}

TEST(RefusalBookTest, ManyResourcesAreCut) {
  RefusalBook book;
  auto many = refusal("a", "x");
  many.names.assign(1000, "name");
  book.add(many);
  EXPECT_EQ(20u, book.nodes_json({node("a")})[0]["warnings"][0]["resources"].size());
}

}  // namespace
}  // namespace solder::cli::refusal_book_test

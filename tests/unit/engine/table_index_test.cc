#include "core/engine/table_index.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/engine/graph.h"

namespace solder::engine::table_index_test {
namespace {

using Labels = std::map<std::string, std::string>;

model::ObjectPtr table(const std::string& ns, const std::string& name, const Labels& labels) {
  auto out = std::make_shared<model::Object>();
  out->ref = {"RouteTable", ns, name};
  out->labels = labels;
  return out;
}

class TableIndexTest : public ::testing::Test {
 protected:
  void set(const model::ObjectPtr& one) { index_.set(one->ref, one); }
  std::string names(const TableGroup& group) {
    std::string out;
    const auto members = index_.members(group);
    for (const auto& ref : members->refs) out += ref.ns + "/" + ref.name + " ";
    return out;
  }
  // The hash by which readers hear of a change; 0: nobody stands in the group.
  uint64_t told(const TableGroup& group) {
    index_.publish(versions_);
    const auto version = versions_.peek(group);
    return version ? version->hash : 0;
  }

  Graph graph_;
  Inputs<TableGroup, TableGroupVersion> versions_{graph_};
  TableIndex index_;
};

TEST_F(TableIndexTest, FindsTablesByNamespaceAndLabelInOrder) {
  set(table("b", "two", {{"team", "red"}}));
  set(table("a", "two", {{"team", "red"}, {"tier", "1"}}));
  set(table("a", "one", {}));
  EXPECT_EQ(names({"a", "", ""}), "a/one a/two ");
  EXPECT_EQ(names({"*", "", ""}), "a/one a/two b/two ");
  EXPECT_EQ(names({"*", "team", "red"}), "a/two b/two ");
  EXPECT_EQ(names({"a", "tier", "1"}), "a/two ");
  EXPECT_EQ(names({"a", "tier", "2"}), "");
  EXPECT_EQ(index_.size({"*", "team", "red"}), 2U);
}

TEST_F(TableIndexTest, TellsOfTheGroupsThatAChangeTouchesAlone) {
  set(table("a", "one", {{"team", "red"}}));
  set(table("a", "two", {{"team", "blue"}}));
  const TableGroup all{"a", "", ""}, red{"a", "team", "red"}, blue{"a", "team", "blue"};
  const uint64_t all_before = told(all), red_before = told(red), blue_before = told(blue);
  set(table("a", "three", {{"team", "red"}}));
  EXPECT_NE(told(all), all_before);
  EXPECT_NE(told(red), red_before);
  EXPECT_EQ(told(blue), blue_before);
  index_.set({"RouteTable", "a", "three"}, nullptr);
  EXPECT_EQ(told(all), all_before) << "a group is what stands in it, not how it came to be";
  EXPECT_EQ(told(red), red_before);
  set(table("a", "two", {{"team", "red"}}));
  EXPECT_EQ(told(blue), 0U);
  EXPECT_EQ(told(all), all_before);
  EXPECT_EQ(names(red), "a/one a/two ");
}

TEST_F(TableIndexTest, ATableStandsUnderTheLabelsOfItsLastGoodVersionToo) {
  const auto good = table("a", "one", {{"team", "red"}});
  const auto bad = table("a", "one", {{"team", "blue"}});
  set(good);
  index_.set_good(good->ref, good);
  set(bad);
  EXPECT_EQ(names({"a", "team", "red"}), "a/one ");
  EXPECT_EQ(names({"a", "team", "blue"}), "a/one ");
  index_.set_good(bad->ref, bad);
  EXPECT_EQ(names({"a", "team", "red"}), "");
  index_.set(bad->ref, nullptr);
  EXPECT_EQ(names({"a", "team", "blue"}), "") << "a table that is not seen is not selected, whatever was good last";
  index_.set(bad->ref, bad);
  EXPECT_EQ(names({"a", "team", "blue"}), "a/one ");
}

}  // namespace
}  // namespace solder::engine::table_index_test

// The route tables that are seen, by namespace and by label: a selector looks at those that may be what it asks for,
// not at all there are, and a table that comes, goes or gets other labels is the matter of the selectors that look
// where it stands. A table stands under the labels of its newest version and of its last good one, as either may be
// served. Changed between two translations by one thread, read by any. Tested by tests/unit/engine/table_index_test.cc.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/engine/graph.h"
#include "core/model/object.h"

namespace solder::engine {

// Names the tables of a namespace that have a label.
struct TableGroup {
  static constexpr const char* kEverywhere = "*";

  std::string ns;     // kEverywhere: of all namespaces
  std::string label;  // "", and so `value`: with any labels
  std::string value;

  auto operator<=>(const TableGroup&) const = default;
};

template <>
struct KeyHash<TableGroup> {
  size_t operator()(const TableGroup& group) const {
    const std::hash<std::string> hash;
    return (hash(group.ns) * 31 + hash(group.label)) * 31 + hash(group.value);
  }
};

// Changes with who stands in a group.
struct TableGroupVersion {
  uint64_t hash = 0;
};

struct TableGroupMembers {
  uint64_t hash = 0;
  std::vector<model::ObjectRef> refs;  // sorted
};

class TableIndex {
 public:
  // The newest version that is seen, and the last good one; null: there is none.
  void set(const model::ObjectRef& table, const model::ObjectPtr& newest);
  void set_good(const model::ObjectRef& table, const model::ObjectPtr& good);
  // Tells of the groups in which others stand than at the last call.
  void publish(Inputs<TableGroup, TableGroupVersion>& versions);

  [[nodiscard]] size_t size(const TableGroup& group) const;
  // The step: who stands in a group.
  [[nodiscard]] std::shared_ptr<const TableGroupMembers> members(const TableGroup& group) const;

 private:
  struct Entry {
    model::ObjectPtr newest, good;
    std::set<TableGroup> groups;
  };
  struct ByRef {
    bool operator()(const model::ObjectRef* left, const model::ObjectRef* right) const { return *left < *right; }
  };
  struct Group {
    uint64_t hash = 0;                                // a sum: one that comes costs no walk over the others
    std::set<const model::ObjectRef*, ByRef> tables;  // keys of entries_
  };

  void update(std::map<model::ObjectRef, Entry>::iterator at);

  std::map<model::ObjectRef, Entry> entries_;
  std::map<TableGroup, Group> groups_;
  std::set<TableGroup> changed_;
};

}  // namespace solder::engine

// The resources of one type, by name: an immutable map of which a changed copy shares all but the path to the change.
// So a snapshot of ten thousand resources costs a change what it costs one of ten, two sets are compared in the time of
// their differences, and what a stream was sent is a set that it mostly shares with everybody else.
// Value type; copying shares. Any thread. Tested by tests/unit/xds/resource_set_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace solder::xds {

struct Resource {
  std::string name;
  uint64_t hash = 0;       // of `message`: its version
  base::Bytes message;     // the resource itself in wire format, not packed in an Any
  base::Bytes shown;       // where `message` holds secrets: what may be printed in its place
  bool on_demand = false;  // of a virtual host: only for who asks for it by name; part of `hash`
};
using ResourcePtr = std::shared_ptr<const Resource>;
ResourcePtr make_resource(std::string name, base::Bytes message);
// The same with a content hash that the caller has already: a parent's is the hash of its children's.
ResourcePtr make_resource(std::string name, base::Bytes message, uint64_t hash);
// One that nobody is sent who did not ask for it by name.
ResourcePtr make_resource_on_demand(std::string name, base::Bytes message, uint64_t hash);
// One that holds secrets; `shown` is printed in the place of `message`.
ResourcePtr make_secret_resource(std::string name, base::Bytes message, base::Bytes shown);

class ResourceSet {
 public:
  ResourceSet() = default;
  // Of two with one name the last counts.
  explicit ResourceSet(std::vector<ResourcePtr> resources);

  [[nodiscard]] size_t size() const { return root_ ? root_->size : 0; }
  [[nodiscard]] bool empty() const { return !root_; }
  // Over the names and hashes of all resources, whatever way the set came to be: the version of the whole.
  [[nodiscard]] uint64_t hash() const { return root_ ? root_->sum : 0; }
  // Equal content: names and hashes.
  [[nodiscard]] bool same(const ResourceSet& other) const {
    return root_ == other.root_ || (size() == other.size() && hash() == other.hash());
  }

  // Null where there is none. Valid as long as this set, or any that shares the resource.
  [[nodiscard]] const ResourcePtr& find(std::string_view name) const;
  [[nodiscard]] ResourceSet with(ResourcePtr resource) const;
  [[nodiscard]] ResourceSet without(std::string_view name) const;

  // Calls `difference(before, after)` in order of name for every name whose resource differs; null: not there.
  using Difference = std::function<void(const ResourcePtr& before, const ResourcePtr& after)>;
  static void compare(const ResourceSet& before, const ResourceSet& after, const Difference& difference);

 private:
  // A treap whose priorities are hashes of the names: sets of equal content have one shape, however they were made.
  struct Node {
    ResourcePtr value;
    uint64_t priority = 0;
    uint64_t sum = 0;  // of the entries' hashes, this one's and those below
    size_t size = 0;
    std::shared_ptr<const Node> left, right;
  };
  using NodePtr = std::shared_ptr<const Node>;
  struct Tree;  // the operations on nodes

  explicit ResourceSet(NodePtr root) : root_(std::move(root)) {}

  NodePtr root_;

 public:
  // In order of name.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = ResourcePtr;
    using difference_type = std::ptrdiff_t;
    using pointer = const ResourcePtr*;
    using reference = const ResourcePtr&;

    Iterator() = default;
    explicit Iterator(const Node* root) { descend(root); }
    reference operator*() const { return path_.back()->value; }
    pointer operator->() const { return &path_.back()->value; }
    Iterator& operator++() {
      const Node* at = path_.back();
      path_.pop_back();
      descend(at->right.get());
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return path_ == other.path_; }

   private:
    void descend(const Node* at) {
      for (; at != nullptr; at = at->left.get()) path_.push_back(at);
    }
    std::vector<const Node*> path_;  // those whose left side is done; the last one is current
  };
  [[nodiscard]] Iterator begin() const { return Iterator(root_.get()); }
  [[nodiscard]] Iterator end() const { return {}; }
};

}  // namespace solder::xds

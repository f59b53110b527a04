#include "core/xds/resource_set.h"

#include <algorithm>
#include <utility>

#include "core/base/hash.h"
#include "core/xds/set_hash.h"

namespace solder::xds {

ResourcePtr make_resource(std::string name, base::Bytes message, uint64_t hash) {
  return std::make_shared<const Resource>(Resource{std::move(name), hash, std::move(message), {}, false});
}

ResourcePtr make_resource(std::string name, base::Bytes message) {
  const uint64_t hash = base::hash_bytes(message);
  return make_resource(std::move(name), std::move(message), hash);
}

ResourcePtr make_resource_on_demand(std::string name, base::Bytes message, uint64_t hash) {
  const uint64_t version = base::hash_combine(hash, 1);
  return std::make_shared<const Resource>(Resource{std::move(name), version, std::move(message), {}, true});
}

ResourcePtr make_secret_resource(std::string name, base::Bytes message, base::Bytes shown) {
  const uint64_t hash = base::hash_bytes(message);
  return std::make_shared<const Resource>(Resource{std::move(name), hash, std::move(message), std::move(shown), false});
}

struct ResourceSet::Tree {
  static bool above(uint64_t priority, std::string_view name, const Node& other) {
    return priority != other.priority ? priority > other.priority : name < other.value->name;
  }

  // The priority is the hash of the name.
  static void total(Node& node) {
    node.size = 1 + (node.left ? node.left->size : 0) + (node.right ? node.right->size : 0);
    node.sum = entry_hash(node.priority, node.value->hash) + (node.left ? node.left->sum : 0) +
               (node.right ? node.right->sum : 0);
  }

  static NodePtr make(ResourcePtr value, uint64_t priority, NodePtr left, NodePtr right) {
    auto node = std::make_shared<Node>();
    node->value = std::move(value);
    node->priority = priority;
    node->left = std::move(left);
    node->right = std::move(right);
    total(*node);
    return node;
  }
  static NodePtr with_sides(const Node& node, NodePtr left, NodePtr right) {
    return make(node.value, node.priority, std::move(left), std::move(right));
  }

  struct Split {
    NodePtr left;
    ResourcePtr equal;
    NodePtr right;
  };
  static Split split(const NodePtr& at, std::string_view name) {
    if (!at) return {};
    const int order = name.compare(at->value->name);
    if (order == 0) return {at->left, at->value, at->right};
    if (order < 0) {
      Split below = split(at->left, name);
      below.right = with_sides(*at, std::move(below.right), at->right);
      return below;
    }
    Split below = split(at->right, name);
    below.left = with_sides(*at, at->left, std::move(below.left));
    return below;
  }

  static NodePtr insert(const NodePtr& at, ResourcePtr value, uint64_t priority) {
    if (!at || above(priority, value->name, *at)) {
      Split sides = split(at, value->name);
      return make(std::move(value), priority, std::move(sides.left), std::move(sides.right));
    }
    const int order = value->name.compare(at->value->name);
    if (order == 0) return make(std::move(value), priority, at->left, at->right);
    if (order < 0) return with_sides(*at, insert(at->left, std::move(value), priority), at->right);
    return with_sides(*at, at->left, insert(at->right, std::move(value), priority));
  }

  static NodePtr join(const NodePtr& left, const NodePtr& right) {
    if (!left) return right;
    if (!right) return left;
    if (above(left->priority, left->value->name, *right)) {
      return with_sides(*left, left->left, join(left->right, right));
    }
    return with_sides(*right, join(left, right->left), right->right);
  }

  static NodePtr erase(const NodePtr& at, std::string_view name) {
    if (!at) return at;
    const int order = name.compare(at->value->name);
    if (order == 0) return join(at->left, at->right);
    if (order < 0) {
      NodePtr left = erase(at->left, name);
      return left == at->left ? at : with_sides(*at, std::move(left), at->right);
    }
    NodePtr right = erase(at->right, name);
    return right == at->right ? at : with_sides(*at, at->left, std::move(right));
  }

  static void compare(const NodePtr& a, const NodePtr& b, const Difference& difference) {
    if (a == b || (a && b && a->size == b->size && a->sum == b->sum)) return;
    if (!a || !b) {
      each(a, [&](const ResourcePtr& value) { difference(value, nullptr); });
      each(b, [&](const ResourcePtr& value) { difference(nullptr, value); });
      return;
    }
    if (a->value->name == b->value->name || above(a->priority, a->value->name, *b)) {
      const Split other = split(b, a->value->name);
      compare(a->left, other.left, difference);
      report(a->value, other.equal, difference);
      compare(a->right, other.right, difference);
      return;
    }
    const Split other = split(a, b->value->name);
    compare(other.left, b->left, difference);
    report(other.equal, b->value, difference);
    compare(other.right, b->right, difference);
  }

  static void report(const ResourcePtr& before, const ResourcePtr& after, const Difference& difference) {
    if (before && after && before->hash == after->hash) return;
    difference(before, after);
  }

  template <typename Visit>
  static void each(const NodePtr& at, const Visit& visit) {
    if (!at) return;
    each(at->left, visit);
    visit(at->value);
    each(at->right, visit);
  }

  // The tree over sorted, distinct resources in linear time: each new node hangs to the right of the last one that
  // stands above it and takes what is below as its left side.
  static NodePtr build(std::vector<ResourcePtr> sorted) {
    std::vector<std::shared_ptr<Node>> spine;
    const auto close = [&](size_t size) {
      std::shared_ptr<Node> below;
      while (spine.size() > size) {
        std::shared_ptr<Node> at = std::move(spine.back());
        spine.pop_back();
        at->right = std::move(below);
        total(*at);
        below = std::move(at);
      }
      return below;
    };
    for (auto& value : sorted) {
      auto node = std::make_shared<Node>();
      node->priority = base::hash_bytes(value->name);
      size_t kept = spine.size();
      while (kept > 0 && above(node->priority, value->name, *spine[kept - 1])) --kept;
      node->value = std::move(value);
      node->left = close(kept);
      spine.push_back(std::move(node));
    }
    return close(0);
  }
};

ResourceSet::ResourceSet(std::vector<ResourcePtr> resources) {
  const auto by_name = [](const ResourcePtr& a, const ResourcePtr& b) { return a->name < b->name; };
  std::stable_sort(resources.begin(), resources.end(), by_name);
  std::vector<ResourcePtr> distinct;
  distinct.reserve(resources.size());
  for (auto& resource : resources) {
    if (!distinct.empty() && distinct.back()->name == resource->name) distinct.pop_back();
    distinct.push_back(std::move(resource));
  }
  root_ = Tree::build(std::move(distinct));
}

const ResourcePtr& ResourceSet::find(std::string_view name) const {
  static const ResourcePtr kNone;
  for (const Node* at = root_.get(); at != nullptr;) {
    const int order = name.compare(at->value->name);
    if (order == 0) return at->value;
    at = (order < 0 ? at->left : at->right).get();
  }
  return kNone;
}

ResourceSet ResourceSet::with(ResourcePtr resource) const {
  const uint64_t priority = base::hash_bytes(resource->name);
  return ResourceSet(Tree::insert(root_, std::move(resource), priority));
}

ResourceSet ResourceSet::without(std::string_view name) const { return ResourceSet(Tree::erase(root_, name)); }

void ResourceSet::compare(const ResourceSet& before, const ResourceSet& after, const Difference& difference) {
  Tree::compare(before.root_, after.root_, difference);
}

}  // namespace solder::xds

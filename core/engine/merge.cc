#include "core/engine/merge.h"

#include <algorithm>

#include "core/engine/merge_tree.h"

namespace solder::engine {
namespace {

using google::protobuf::Descriptor;

// Puts fragments onto each other, in order.
class Merger {
 public:
  Merger(const services::MessageTypes& types, const Descriptor& type, std::span<const Fragment* const> fragments)
      : types_(types), type_(type), fragments_(fragments) {}

  Merged run(bool with_provenance) {
    for (uint32_t i = 0; i < fragments_.size(); ++i) {
      if (std::string problem = add(i); !problem.empty()) {
        out_.bad.push_back({fragments_[i]->origin, fragments_[i]->slot, std::move(problem)});
      }
    }
    out_.bytes = tree::to_bytes(root_);
    if (with_provenance) tell_provenance();
    return std::move(out_);
  }

 private:
  void tell_provenance() {
    auto leaves = tree::leaf_origins(root_);
    std::sort(leaves.begin(), leaves.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    out_.provenance.reserve(leaves.size());
    for (tree::LeafOrigin& leaf : leaves) {
      out_.provenance.push_back({std::move(leaf.path), fragments_[leaf.source]->origin});
    }
  }

  // "" or why the fragment cannot be used; then nothing of it was.
  std::string add(uint32_t index) {
    const Fragment& fragment = *fragments_[index];
    const std::string_view url = fragment.type_url;
    if (const std::string_view name = url.substr(url.rfind('/') + 1); !name.empty() && name != type_.full_name()) {
      return "it is a " + std::string(name) + ", expected a " + type_.full_name();
    }
    std::string_view bytes = fragment.bytes;
    std::vector<std::string> cleared;
    if (fragment.encoding == Encoding::kJson) {
      auto wire = types_.json_to_wire(type_, fragment.bytes);
      if (!wire.ok()) return wire.status().message();
      bytes = arena_.emplace_back(std::move(wire->bytes));
      cleared = std::move(wire->cleared);
    }
    tree::TreeParser parser(types_, arena_, index);
    const std::unique_ptr<tree::Node> parsed = parser.parse(type_, bytes);
    if (parsed == nullptr) return parser.problem();
    if (std::string problem = check_clear(fragment); !problem.empty()) return problem;
    for (const std::string& path : fragment.clear) tree::clear_path(type_, root_, path);
    for (const std::string& path : cleared) tree::clear_path(type_, root_, path);
    if (tree::is_leaf_message(type_)) root_.slots.clear();  // replaced whole here as well
    std::vector<tree::TreeConflict> conflicts;
    tree::join(root_, std::move(*parsed), conflicts);
    for (tree::TreeConflict& conflict : conflicts) note(conflict);
    return {};
  }

  std::string check_clear(const Fragment& fragment) const {
    for (const std::string& path : fragment.clear) {
      tree::Node nothing;
      std::string problem = tree::clear_path(type_, nothing, path);
      if (!problem.empty()) return problem.insert(0, "clear \"" + path + "\": ");
    }
    return {};
  }

  // A plugin that overrides itself, such as a route's value that of its virtual host, means to.
  void note(tree::TreeConflict& conflict) {
    const Origin& earlier = fragments_[conflict.earlier]->origin;
    const Origin& later = fragments_[conflict.later]->origin;
    if (earlier.plugin == later.plugin) return;
    out_.conflicts.push_back({std::move(conflict.field), earlier, later});
  }

  const services::MessageTypes& types_;
  const Descriptor& type_;
  const std::span<const Fragment* const> fragments_;
  tree::Arena arena_;
  tree::Node root_;
  Merged out_;
};

}  // namespace

Merged merge(const services::MessageTypes& types, const Descriptor& type, std::span<const Fragment* const> fragments,
             bool with_provenance) {
  return Merger(types, type, fragments).run(with_provenance);
}

}  // namespace solder::engine

// What core/config/plain_yaml.cc reads: a tree of views into the text, which becomes JSON without a document between.
// Inside core/config only. Tested by tests/unit/config/plain_yaml_test.cc.
#pragma once

#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace solder::config {

// kWord: `text` is JSON already: true, false, a number.
enum class PlainKind : uint8_t { kNull, kText, kWord, kMap, kList };

// Of all nodes of a document; the root is number 0, and as a link 0 means none.
struct PlainNode {
  PlainKind kind = PlainKind::kNull;
  uint32_t first = 0;    // of the members or items
  uint32_t next = 0;     // beside this one
  std::string_view key;  // of a member
  std::string_view text;
};

class PlainTree {
 public:
  // For a text of so many bytes: a node for each 16 is what manifests have.
  explicit PlainTree(size_t bytes) { nodes_.reserve(bytes / 16); }

  uint32_t add() {
    nodes_.emplace_back();
    return static_cast<uint32_t>(nodes_.size() - 1);
  }
  // A reference holds until the next add().
  PlainNode& at(uint32_t node) { return nodes_[node]; }
  [[nodiscard]] size_t size() const { return nodes_.size(); }
  // Keeps a text that does not stand in the source as it is meant.
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  // The whole as nlohmann::json::dump() would write it: no blanks, members in order of their names. False where a map
  // has a name twice.
  bool write(std::string& out) const { return write(nodes_[0], out); }
  // The member of the root; null where it has none.
  [[nodiscard]] nlohmann::json member(std::string_view key) const;

 private:
  bool write(const PlainNode& node, std::string& out) const;
  bool write_members(const PlainNode& map, std::string& out) const;

  std::vector<PlainNode> nodes_;
  std::deque<std::string> kept_;
};

}  // namespace solder::config

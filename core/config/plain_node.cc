#include "core/config/plain_node.h"

#include <algorithm>

namespace solder::config {

namespace {

// The reader lets no other control characters through.
bool is_special(char c) { return c == '"' || c == '\\' || c == '\n' || c == '\t'; }

void write_text(std::string_view text, std::string& out) {
  out += '"';
  for (;;) {
    const auto* special = std::find_if(text.begin(), text.end(), is_special);
    out.append(text.begin(), special);
    if (special == text.end()) break;
    out += '\\';
    out += *special == '\n' ? 'n' : *special == '\t' ? 't' : *special;
    text.remove_prefix(static_cast<size_t>(special - text.begin()) + 1);
  }
  out += '"';
}

}  // namespace

bool PlainTree::write_members(const PlainNode& map, std::string& out) const {
  std::vector<const PlainNode*> members;
  for (uint32_t at = map.first; at != 0; at = nodes_[at].next) members.push_back(&nodes_[at]);
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
  std::string_view before;
  for (const PlainNode* member : members) {
    if (member != members.front()) {
      if (member->key == before) return false;
      out += ',';
    }
    before = member->key;
    write_text(member->key, out);
    out += ':';
    if (!write(*member, out)) return false;
  }
  return true;
}

bool PlainTree::write(const PlainNode& node, std::string& out) const {
  switch (node.kind) {
    case PlainKind::kNull:
      out += "null";
      return true;
    case PlainKind::kText:
      write_text(node.text, out);
      return true;
    case PlainKind::kWord:
      out += node.text;
      return true;
    case PlainKind::kMap:
      out += '{';
      if (!write_members(node, out)) return false;
      out += '}';
      return true;
    case PlainKind::kList:
      break;
  }
  out += '[';
  for (uint32_t at = node.first; at != 0; at = nodes_[at].next) {
    if (at != node.first) out += ',';
    if (!write(nodes_[at], out)) return false;
  }
  out += ']';
  return true;
}

nlohmann::json PlainTree::member(std::string_view key) const {
  for (uint32_t at = nodes_[0].first; at != 0; at = nodes_[at].next) {
    if (nodes_[at].key != key) continue;
    std::string text;
    return write(nodes_[at], text) ? nlohmann::json::parse(text) : nlohmann::json();
  }
  return nullptr;
}

}  // namespace solder::config

// One tree onto another, and paths out of a tree.
#include <algorithm>

#include "core/engine/merge_tree.h"

namespace solder::engine::tree {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

class Joiner {
 public:
  explicit Joiner(std::vector<TreeConflict>& conflicts) : conflicts_(conflicts) {}

  void nodes(Node& into, Node&& from, const MergePath& at) {
    for (Slot& slot : from.slots) {
      drop_other_member(into, slot, at);
      const auto place = into.at(slot.field->number());
      if (place == into.slots.end() || place->field != slot.field) {
        into.slots.insert(place, std::move(slot));
      } else {
        slots(*place, std::move(slot), MergePath{&at, slot.field->name(), false, -1});
      }
    }
  }

 private:
  // A oneof is one field: what it held before goes, and that counts as setting it differently.
  void drop_other_member(Node& into, const Slot& slot, const MergePath& at) {
    const auto* oneof = slot.field->real_containing_oneof();
    if (oneof == nullptr) return;
    for (auto it = into.slots.begin(); it != into.slots.end(); ++it) {
      if (it->field == slot.field || it->field->real_containing_oneof() != oneof) continue;
      note(MergePath{&at, oneof->name(), false, -1}, source_of(it->single), source_of(slot.single));
      into.slots.erase(it);
      return;
    }
  }

  void slots(Slot& into, Slot&& from, const MergePath& at) {
    if (into.field->is_map()) {
      entries(into, std::move(from), at);
    } else if (into.field->is_repeated()) {
      std::move(from.list.begin(), from.list.end(), std::back_inserter(into.list));
    } else {
      values(into.single, std::move(from.single), at);
    }
  }

  void entries(Slot& into, Slot&& from, const MergePath& at) {
    for (auto& [key, value] : from.entries) {
      const auto place = std::lower_bound(into.entries.begin(), into.entries.end(), key,
                                          [](const auto& entry, const MapKey& wanted) { return entry.first < wanted; });
      if (place == into.entries.end() || place->first != key) {
        into.entries.emplace(place, key, std::move(value));
        continue;
      }
      const bool text = into.field->message_type()->map_key()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
      const std::string number = text ? std::string() : std::to_string(key.first);
      values(place->second, std::move(value), MergePath{&at, text ? key.second : std::string_view(number), true, -1});
    }
  }

  void values(Value& into, Value&& from, const MergePath& at) {
    if (into.node != nullptr) {
      // An empty message says only that it is there; the later one says so last.
      if (from.node->slots.empty()) into.source = from.source;
      nodes(*into.node, std::move(*from.node), at);
      return;
    }
    if (into.bits != from.bits || into.payload != from.payload) note(at, into.source, from.source);
    into = std::move(from);
  }

  // Of a message, whoever set its first leaf; of an empty one, whoever set it.
  static uint32_t source_of(const Value& value) {
    if (value.node == nullptr || value.node->slots.empty()) return value.source;
    const Slot& first = value.node->slots.front();
    if (!first.list.empty()) return source_of(first.list.front());
    if (!first.entries.empty()) return source_of(first.entries.front().second);
    return source_of(first.single);
  }

  void note(const MergePath& at, uint32_t earlier, uint32_t later) {
    conflicts_.push_back({at.text(), earlier, later});
  }

  std::vector<TreeConflict>& conflicts_;
};

const FieldDescriptor* find_field(const Descriptor& type, const std::string& name) {
  if (const auto* field = type.FindFieldByName(name)) return field;
  return type.FindFieldByCamelcaseName(name);
}

// The front of `path` up to a dot or bracket.
std::string take_name(std::string_view& path) {
  const size_t end = std::min(path.find_first_of(".["), path.size());
  std::string name(path.substr(0, end));
  path.remove_prefix(end);
  return name;
}

// "[key]" from the front; a key may hold brackets, for the one that ends it has a dot, a bracket or nothing behind it.
bool take_key(std::string_view& path, std::string& key) {
  for (size_t end = path.find(']'); end != std::string_view::npos; end = path.find(']', end + 1)) {
    if (end + 1 < path.size() && path[end + 1] != '.' && path[end + 1] != '[') continue;
    key = path.substr(1, end - 1);
    path.remove_prefix(end + 1);
    return true;
  }
  return false;
}

std::string key_text(const FieldDescriptor& map, const MapKey& key) {
  const bool text = map.message_type()->map_key()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return text ? std::string(key.second) : std::to_string(key.first);
}

std::string clear_in(const Descriptor& type, Node* node, std::string_view path);

std::string clear_below(const FieldDescriptor& field, Value* value, std::string_view rest) {
  if (!rest.starts_with('.')) return "expected a dot after " + field.name();
  rest.remove_prefix(1);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return field.name() + " has no fields of its own";
  if (is_leaf_message(*field.message_type())) {
    return field.name() + " is a " + field.message_type()->name() + ", which can only be cleared whole";
  }
  return clear_in(*field.message_type(), value == nullptr ? nullptr : value->node.get(), rest);
}

std::string clear_entry(const FieldDescriptor& field, Node* node, std::string_view rest) {
  std::string key;
  if (!take_key(rest, key)) return "the key of " + field.name() + " has no closing bracket";
  Slot* slot = node == nullptr ? nullptr : node->find(field);
  Value* value = nullptr;
  if (slot != nullptr) {
    const auto found = std::find_if(slot->entries.begin(), slot->entries.end(),
                                    [&](const auto& entry) { return key_text(field, entry.first) == key; });
    if (found != slot->entries.end()) {
      value = &found->second;
      if (rest.empty()) slot->entries.erase(found);
    }
    if (slot->entries.empty()) node->slots.erase(node->at(field.number()));
  }
  return rest.empty() ? std::string() : clear_below(*field.message_type()->map_value(), value, rest);
}

// `node` null: only the path is checked.
std::string clear_in(const Descriptor& type, Node* node, std::string_view path) {
  const std::string name = take_name(path);
  const FieldDescriptor* field = find_field(type, name);
  if (field == nullptr) {
    const auto* oneof = type.FindOneofByName(name);
    if (oneof == nullptr || !path.empty()) return type.full_name() + " has no field \"" + name + "\"";
    if (node != nullptr) {
      std::erase_if(node->slots, [&](const Slot& slot) { return slot.field->real_containing_oneof() == oneof; });
    }
    return {};
  }
  if (path.empty()) {
    if (node != nullptr && node->find(*field) != nullptr) node->slots.erase(node->at(field->number()));
    return {};
  }
  if (field->is_map() && path.starts_with('[')) return clear_entry(*field, node, path);
  if (field->is_repeated()) return field->name() + " is a list, which can only be cleared whole";
  Slot* slot = node == nullptr ? nullptr : node->find(*field);
  return clear_below(*field, slot == nullptr ? nullptr : &slot->single, path);
}

}  // namespace

void join(Node& into, Node&& from, std::vector<TreeConflict>& conflicts) {
  Joiner(conflicts).nodes(into, std::move(from), MergePath{});
}

std::string clear_path(const Descriptor& type, Node& root, std::string_view path) {
  return clear_in(type, &root, path);
}

}  // namespace solder::engine::tree

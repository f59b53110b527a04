// Tree → bytes, and who set which leaf.
#include <protozero/pbf_writer.hpp>

#include "core/engine/merge_tree.h"
#include "core/services/wire.h"
#include "core/services/wire_writer.h"

namespace solder::engine::tree {
namespace {

using google::protobuf::FieldDescriptor;

std::string node_bytes(const Node& node);

void write_value(const FieldDescriptor& field, const Value& value, protozero::pbf_writer& out) {
  const auto number = static_cast<uint32_t>(field.number());
  if (value.node != nullptr) {
    out.add_message(number, node_bytes(*value.node));
  } else if (services::wire_type_of(field) == services::WireType::kLength) {
    out.add_bytes(number, value.payload.data(), value.payload.size());
  } else {
    services::write_scalar(field, value.bits, out);
  }
}

void write_list(const FieldDescriptor& field, const std::vector<Value>& list, protozero::pbf_writer& out) {
  if (!field.is_packed()) {
    for (const Value& value : list) write_value(field, value, out);
    return;
  }
  std::vector<uint64_t> numbers;
  numbers.reserve(list.size());
  for (const Value& value : list) numbers.push_back(value.bits);
  services::write_packed(field, numbers, out);
}

// Key and value are both written, zeros included, as protobuf does.
void write_entry(const FieldDescriptor& field, const MapKey& key, const Value& value, protozero::pbf_writer& out) {
  std::string bytes;
  protozero::pbf_writer entry(bytes);
  const FieldDescriptor& key_field = *field.message_type()->map_key();
  if (key_field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    entry.add_bytes(1, key.second.data(), key.second.size());
  } else {
    services::write_scalar(key_field, static_cast<uint64_t>(key.first), entry);
  }
  write_value(*field.message_type()->map_value(), value, entry);
  out.add_message(static_cast<uint32_t>(field.number()), bytes);
}

std::string node_bytes(const Node& node) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  for (const Slot& slot : node.slots) {
    if (slot.field->is_map()) {
      for (const auto& [key, value] : slot.entries) write_entry(*slot.field, key, value, out);
    } else if (slot.field->is_repeated()) {
      write_list(*slot.field, slot.list, out);
    } else {
      write_value(*slot.field, slot.single, out);
    }
  }
  return bytes;
}

class LeafLister {
 public:
  explicit LeafLister(std::vector<LeafOrigin>& out) : out_(out) {}

  void node(const Node& node) {
    for (const Slot& slot : node.slots) {
      const size_t before = path_.size();
      if (!path_.empty()) path_ += '.';
      path_ += slot.field->name();
      if (slot.field->is_map()) {
        entries(slot);
      } else if (slot.field->is_repeated()) {
        for (size_t i = 0; i < slot.list.size(); ++i) element("[" + std::to_string(i) + "]", slot.list[i].source);
      } else {
        value(slot.single);
      }
      path_.resize(before);
    }
  }

 private:
  void value(const Value& value) {
    if (value.node != nullptr && !value.node->slots.empty()) {
      node(*value.node);
    } else {
      out_.push_back({path_, value.source});
    }
  }

  void entries(const Slot& slot) {
    const bool text = slot.field->message_type()->map_key()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    for (const auto& [key, entry] : slot.entries) {
      const size_t before = path_.size();
      path_ += "[" + (text ? std::string(key.second) : std::to_string(key.first)) + "]";
      value(entry);
      path_.resize(before);
    }
  }

  // An element is of one fragment altogether: no two share one.
  void element(const std::string& suffix, uint32_t source) { out_.push_back({path_ + suffix, source}); }

  std::vector<LeafOrigin>& out_;
  std::string path_;
};

}  // namespace

std::string to_bytes(const Node& root) { return node_bytes(root); }

std::vector<LeafOrigin> leaf_origins(const Node& root) {
  std::vector<LeafOrigin> out;
  LeafLister(out).node(root);
  return out;
}

}  // namespace solder::engine::tree

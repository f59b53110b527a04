// Bytes → tree.
#include <algorithm>

#include "core/engine/merge_tree.h"
#include "core/services/wire.h"

namespace solder::engine::tree {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using services::MessageView;
using services::WireField;
using services::WireType;

bool is_text(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING; }
bool is_message(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE; }

// As protobuf writes it: an int32 of -1 may stand on the wire in five bytes and a true as any number.
uint64_t canonical_bits(const FieldDescriptor& field, uint64_t bits) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_ENUM:
      return static_cast<uint64_t>(services::signed_value(field, bits));
    case FieldDescriptor::TYPE_SINT32:
      return bits & UINT32_MAX;
    default:
      return services::unsigned_value(field, bits);
  }
}

// The last value of each field in order of number, zeros left out: a leaf's being there says that it is set.
std::string shortest_form(std::vector<WireField>& fields) {
  std::stable_sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  std::string out;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i + 1 < fields.size() && fields[i + 1].number == fields[i].number) continue;
    if (fields[i].type == WireType::kLength ? !fields[i].payload.empty() : fields[i].value != 0) out += fields[i].whole;
  }
  return out;
}

}  // namespace

bool is_leaf_message(const Descriptor& type) {
  const auto known = type.well_known_type();
  return (known >= Descriptor::WELLKNOWNTYPE_DOUBLEVALUE && known <= Descriptor::WELLKNOWNTYPE_BOOLVALUE) ||
         known == Descriptor::WELLKNOWNTYPE_ANY || known == Descriptor::WELLKNOWNTYPE_DURATION ||
         known == Descriptor::WELLKNOWNTYPE_TIMESTAMP;
}

std::string MergePath::text() const {
  if (parent == nullptr) return {};
  std::string out = parent->text();
  if (index >= 0) return out + "[" + std::to_string(index) + "]";
  if (entry) return out + "[" + std::string(name) + "]";
  return out.empty() ? std::string(name) : out + "." + std::string(name);
}

std::vector<Slot>::iterator Node::at(int number) {
  return std::lower_bound(slots.begin(), slots.end(), number,
                          [](const Slot& slot, int wanted) { return slot.field->number() < wanted; });
}

Slot* Node::find(const FieldDescriptor& field) {
  const auto found = at(field.number());
  return found != slots.end() && found->field == &field ? &*found : nullptr;
}

std::unique_ptr<Node> TreeParser::parse(const Descriptor& type, std::string_view bytes) {
  return message(type, bytes, MergePath{});
}

std::unique_ptr<Node> TreeParser::message(const Descriptor& type, std::string_view bytes, const MergePath& at) {
  MessageView view;
  std::string problem;
  if (!view.parse(type, bytes, problem)) return refuse(at, problem);
  if (++depth_ > services::kMaxWireDepth) return refuse(at, "nested too deep");
  auto node = std::make_unique<Node>();
  node->slots.reserve(view.groups().size());
  for (const auto& group : view.groups()) {
    if (group.field == nullptr) {
      return refuse(at, type.full_name() + " has no field number " + std::to_string(group.occurrences[0].number));
    }
    const FieldDescriptor& field = *group.field;
    const MergePath below{&at, field.name(), false, -1};
    Slot& slot = node->slots.emplace_back();
    slot.field = &field;
    if (services::wire_type_of(field) != WireType::kLength) {
      std::vector<uint64_t> values;
      if (!services::scalar_values(group, values)) return refuse(below, "is cut off");
      if (values.empty()) {
        node->slots.pop_back();
      } else if (!field.is_repeated()) {
        slot.single = number(field, values.back());
      }
      for (size_t i = 0; field.is_repeated() && i < values.size(); ++i) slot.list.push_back(number(field, values[i]));
    } else if (!field.is_repeated()) {
      std::string_view payload = group.occurrences.back().payload;
      // Two halves of one message belong together; of a leaf the last one counts.
      if (group.occurrences.size() > 1 && is_message(field) && !is_leaf_message(*field.message_type())) {
        payload = services::message_bytes(group, arena_.emplace_back());
      }
      if (!length_value(field, payload, below, slot.single)) return nullptr;
    } else {
      for (size_t i = 0; i < group.occurrences.size(); ++i) {
        const MergePath element{&below, {}, false, static_cast<int64_t>(i)};
        const std::string_view payload = group.occurrences[i].payload;
        if (field.is_map() ? !map_entry(field, payload, below, slot)
                           : !length_value(field, payload, element, slot.list.emplace_back())) {
          return nullptr;
        }
      }
    }
  }
  --depth_;
  return node;
}

bool TreeParser::length_value(const FieldDescriptor& field, std::string_view payload, const MergePath& at, Value& out) {
  out.source = source_;
  if (!is_message(field)) {
    if (field.type() == FieldDescriptor::TYPE_STRING && !services::is_utf8(payload)) {
      return refuse(at, "the text is not UTF-8") != nullptr;
    }
    out.payload = payload;
    return true;
  }
  if (is_leaf_message(*field.message_type())) return leaf(*field.message_type(), payload, at, out);
  out.node = message(*field.message_type(), payload, at);
  return out.node != nullptr;
}

bool TreeParser::leaf(const Descriptor& type, std::string_view payload, const MergePath& at, Value& out) {
  // An Any is final, so it is held to Envoy's rules here, where the one who wrote it is still known.
  if (type.well_known_type() == Descriptor::WELLKNOWNTYPE_ANY || !payload.empty()) {
    if (const auto status = types_.check(type, payload); !status.ok()) {
      const std::string prefix = type.full_name() + ": ";  // `at` says it already
      const std::string& text = status.message();
      return refuse(at, text.starts_with(prefix) ? text.substr(prefix.size()) : text) != nullptr;
    }
  }
  std::vector<WireField> fields;
  std::string problem;
  services::read_wire(payload, fields, problem);  // checked above
  std::string shortest = shortest_form(fields);
  out.payload = shortest == payload ? payload : std::string_view(arena_.emplace_back(std::move(shortest)));
  return true;
}

bool TreeParser::map_entry(const FieldDescriptor& field, std::string_view payload, const MergePath& at, Slot& out) {
  MessageView view;
  std::string problem;
  if (!view.parse(*field.message_type(), payload, problem)) return refuse(at, problem) != nullptr;
  const FieldDescriptor& value_field = *field.message_type()->map_value();
  MapKey key{};
  const MessageView::Group* value_group = nullptr;
  for (const auto& part : view.groups()) {
    if (part.field == nullptr) return refuse(at, "an entry of the map holds an unknown field") != nullptr;
    if (part.field == &value_field) {
      value_group = &part;
    } else if (is_text(*part.field)) {
      key.second = part.occurrences.back().payload;
    } else {
      key.first = static_cast<int64_t>(canonical_bits(*part.field, part.occurrences.back().value));
    }
  }
  const std::string key_text =
      is_text(*field.message_type()->map_key()) ? std::string(key.second) : std::to_string(key.first);
  const MergePath below{&at, key_text, true, -1};
  if (is_text(*field.message_type()->map_key()) && !services::is_utf8(key.second)) {
    return refuse(at, "a key of the map is not UTF-8") != nullptr;
  }
  Value value;
  value.source = source_;
  if (services::wire_type_of(value_field) != WireType::kLength) {
    value = number(value_field, value_group == nullptr ? 0 : value_group->occurrences.back().value);
  } else {
    std::string_view bytes;
    if (value_group != nullptr) {
      bytes = is_message(value_field) && value_group->occurrences.size() > 1
                  ? services::message_bytes(*value_group, arena_.emplace_back())
                  : value_group->occurrences.back().payload;
    }
    if (!length_value(value_field, bytes, below, value)) return false;
  }
  // Of two entries with one key in one message the last one counts, as in protobuf.
  auto place = std::lower_bound(out.entries.begin(), out.entries.end(), key,
                                [](const auto& entry, const MapKey& wanted) { return entry.first < wanted; });
  if (place != out.entries.end() && place->first == key) {
    place->second = std::move(value);
  } else {
    out.entries.emplace(place, key, std::move(value));
  }
  return true;
}

Value TreeParser::number(const FieldDescriptor& field, uint64_t bits) const {
  Value value;
  value.bits = canonical_bits(field, bits);
  value.source = source_;
  return value;
}

std::nullptr_t TreeParser::refuse(const MergePath& at, const std::string& what) {
  const std::string where = at.text();
  problem_ = where.empty() ? what : where + ": " + what;
  return nullptr;
}

}  // namespace solder::engine::tree

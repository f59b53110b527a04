// Bytes → tree.
#include <algorithm>

#include "core/base/utf8.h"
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
  const auto by_number = [](const WireField& a, const WireField& b) { return a.number < b.number; };
  if (!std::is_sorted(fields.begin(), fields.end(), by_number))
    std::stable_sort(fields.begin(), fields.end(), by_number);
  std::string out;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i + 1 < fields.size() && fields[i + 1].number == fields[i].number) continue;
    if (fields[i].type == WireType::kLength ? !fields[i].payload.empty() : fields[i].value != 0) out += fields[i].whole;
  }
  return out;
}

// What is wrong with a leaf, or "".
std::string leaf_problem(const services::MessageTypes& types, const Descriptor& type, std::string_view payload) {
  if (payload.empty()) return {};
  // An Any is final, so it is held to Envoy's rules here, where the one who wrote it is still known.
  const auto status = types.check(type, payload);
  if (status.ok()) return {};
  const std::string prefix = type.full_name() + ": ";  // the path says it already
  return status.message().starts_with(prefix) ? status.message().substr(prefix.size()) : status.message();
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
  const MergePath root;
  if (is_leaf_message(type)) {
    if (std::string problem = leaf_problem(types_, type, bytes); !problem.empty()) return refuse(root, problem);
  }
  return message(type, bytes, root);
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
    Slot& slot = node->slots.emplace_back();
    slot.field = group.field;
    const MergePath below{&at, group.field->name(), false, -1};
    if (!(group.field->is_repeated() ? repeated(group, below, slot) : singular(group, below, slot.single)))
      return nullptr;
    if (group.field->is_repeated() && slot.list.empty() && slot.entries.empty()) node->slots.pop_back();
  }
  --depth_;
  return node;
}

bool TreeParser::singular(const MessageView::Group& group, const MergePath& at, Value& out) {
  const FieldDescriptor& field = *group.field;
  if (services::wire_type_of(field) != WireType::kLength) {
    out = number(field, group.occurrences.back().value);
    return true;
  }
  std::string_view payload = group.occurrences.back().payload;
  // Two halves of one message belong together; of a leaf the last one counts.
  if (group.occurrences.size() > 1 && is_message(field) && !is_leaf_message(*field.message_type())) {
    payload = services::message_bytes(group, arena_.emplace_back());
  }
  return length_value(field, payload, at, out);
}

bool TreeParser::repeated(const MessageView::Group& group, const MergePath& at, Slot& out) {
  const FieldDescriptor& field = *group.field;
  if (services::wire_type_of(field) != WireType::kLength) {
    std::vector<uint64_t> values;
    if (!services::scalar_values(group, values)) return refuse(at, "is cut off") != nullptr;
    for (const uint64_t bits : values) out.list.push_back(number(field, bits));
    return true;
  }
  for (const WireField& occurrence : group.occurrences) {
    const MergePath element{&at, {}, false, static_cast<int64_t>(out.list.size())};
    const bool fine = field.is_map() ? map_entry(field, occurrence.payload, at, out)
                                     : length_value(field, occurrence.payload, element, out.list.emplace_back());
    if (!fine) return false;
  }
  return true;
}

bool TreeParser::length_value(const FieldDescriptor& field, std::string_view payload, const MergePath& at, Value& out) {
  out.source = source_;
  if (!is_message(field)) {
    if (field.type() == FieldDescriptor::TYPE_STRING && !base::is_utf8(payload)) {
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
  if (std::string problem = leaf_problem(types_, type, payload); !problem.empty())
    return refuse(at, problem) != nullptr;
  std::vector<WireField> fields;
  std::string problem;
  services::read_wire(payload, fields, problem);  // which leaf_problem() found whole
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
  if (!base::is_utf8(key.second)) return refuse(at, "a key of the map is not UTF-8") != nullptr;
  const bool text = is_text(*field.message_type()->map_key());
  const std::string number_key = text ? std::string() : std::to_string(key.first);
  const MergePath below{&at, text ? key.second : std::string_view(number_key), true, -1};
  Value value;
  if (value_group != nullptr) {
    if (!singular(*value_group, below, value)) return false;
  } else if (services::wire_type_of(value_field) != WireType::kLength) {
    value = number(value_field, 0);
  } else if (!length_value(value_field, {}, below, value)) {
    return false;
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

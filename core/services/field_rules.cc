#include "core/services/field_rules.h"

#include <bit>
#include <mutex>

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>

namespace solder::services {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;

// validate.proto's extensions: `rules` of fields, `required` of oneofs, `disabled` of messages; `ignored` of messages.
constexpr int kRules = 1071;
constexpr int kIgnored = 1072;

// The extension as this process' options class keeps it: unknown, for it has no generated code of validate.proto.
template <typename Options>
const UnknownField* find_extension(const Options& options, int number) {
  const auto& unknown = options.GetReflection()->GetUnknownFields(options);
  for (int i = 0; i < unknown.field_count(); ++i) {
    if (unknown.field(i).number() == number) return &unknown.field(i);
  }
  return nullptr;
}

template <typename Options>
bool has_flag(const Options& options, int number) {
  const UnknownField* found = find_extension(options, number);
  return found != nullptr && found->type() == UnknownField::TYPE_VARINT && found->varint() != 0;
}

std::unique_ptr<ValueRules> read_field_rules(const Descriptor& type, std::string_view bytes);

std::optional<Number> read_number(const MessageView::Group& group, size_t index = 0) {
  if (group.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (index >= group.occurrences.size()) return std::nullopt;
    return duration_of(group.occurrences[index].payload);
  }
  std::vector<uint64_t> values;
  if (!scalar_values(group, values) || index >= values.size()) return std::nullopt;
  return number_of(*group.field, values[index]);
}

std::vector<Number> read_numbers(const MessageView::Group& group) {
  std::vector<Number> out;
  for (size_t i = 0; auto number = read_number(group, i); ++i) out.push_back(*number);
  return out;
}

std::vector<std::string> read_texts(const MessageView::Group& group) {
  std::vector<std::string> out;
  for (const auto& field : group.occurrences) out.emplace_back(field.payload);
  return out;
}

std::unique_ptr<const ValueRules> read_inner(const MessageView::Group& group) {
  std::string scratch;
  return read_field_rules(*group.field->message_type(), message_bytes(group, scratch));
}

void read_text_rule(const MessageView::Group& group, bool characters, ValueRules& out) {
  const std::string& name = group.field->name();
  const uint64_t number = group.occurrences.back().value;
  const std::string_view text = group.occurrences.back().payload;
  if (name == "const") out.text = text;
  if (name == "in") out.text_in = read_texts(group);
  if (name == "not_in") out.text_not_in = read_texts(group);
  if (name == "len") (characters ? out.length : out.bytes) = number;
  if (name == "min_len") (characters ? out.min_length : out.min_bytes) = number;
  if (name == "max_len") (characters ? out.max_length : out.max_bytes) = number;
  if (name == "len_bytes") out.bytes = number;
  if (name == "min_bytes") out.min_bytes = number;
  if (name == "max_bytes") out.max_bytes = number;
  if (name == "prefix") out.prefix = text;
  if (name == "suffix") out.suffix = text;
  if (name == "contains") out.contains = text;
  if (name == "not_contains") out.not_contains = text;
  if (name == "pattern") out.pattern = std::make_shared<const RE2>(std::string(text), RE2::Quiet);
  if (name == "well_known_regex") {
    out.header = number == 1 ? HeaderForm::kName : number == 2 ? HeaderForm::kValue : HeaderForm::kNone;
  }
  if (name == "strict") out.strict = number != 0;
}

void read_number_rule(const MessageView::Group& group, ValueRules& out) {
  const std::string& name = group.field->name();
  if (name == "const") out.equal = read_number(group);
  if (name == "lt") out.less = read_number(group);
  if (name == "lte") out.less_equal = read_number(group);
  if (name == "gt") out.greater = read_number(group);
  if (name == "gte") out.greater_equal = read_number(group);
  if (name == "in") out.in = read_numbers(group);
  if (name == "not_in") out.not_in = read_numbers(group);
  if (name == "defined_only") out.defined_only = group.occurrences.back().value != 0;
}

void read_list_rule(const MessageView::Group& group, ValueRules& out) {
  const std::string& name = group.field->name();
  const uint64_t number = group.occurrences.back().value;
  if (name == "min_items" || name == "min_pairs") out.min_items = number;
  if (name == "max_items" || name == "max_pairs") out.max_items = number;
  if (name == "unique") out.unique = number != 0;
  if (name == "items" || name == "values") out.items = read_inner(group);
  if (name == "keys") out.keys = read_inner(group);
}

// One member of FieldRules.type: StringRules, UInt32Rules, RepeatedRules, ...
void read_typed_rules(const FieldDescriptor& member, std::string_view bytes, ValueRules& out) {
  MessageView view;
  std::string problem;
  if (!view.parse(*member.message_type(), bytes, problem)) return;
  const std::string& kind = member.name();
  for (const auto& group : view.groups()) {
    if (group.field == nullptr) continue;
    if (group.field->name() == "required") out.required = group.occurrences.back().value != 0;
    if (group.field->name() == "ignore_empty") out.ignore_empty = group.occurrences.back().value != 0;
    if (kind == "string" || kind == "bytes" || kind == "any") {
      read_text_rule(group, kind == "string", out);
    } else if (kind == "repeated" || kind == "map") {
      read_list_rule(group, out);
    } else if (kind != "timestamp" && kind != "message") {
      read_number_rule(group, out);
    }
  }
}

std::unique_ptr<ValueRules> read_field_rules(const Descriptor& type, std::string_view bytes) {
  auto out = std::make_unique<ValueRules>();
  MessageView view;
  std::string problem;
  if (!view.parse(type, bytes, problem)) return out;
  for (const auto& group : view.groups()) {
    if (group.field == nullptr) continue;
    std::string scratch;
    read_typed_rules(*group.field, message_bytes(group, scratch), *out);
  }
  return out;
}

}  // namespace

Number number_of(const FieldDescriptor& field, uint64_t bits) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_FLOAT:
      return double{std::bit_cast<float>(static_cast<uint32_t>(bits))};
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return std::bit_cast<double>(bits);
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_ENUM:
      return signed_value(field, bits);
    default:
      return unsigned_value(field, bits);
  }
}

std::optional<DurationNumber> duration_of(std::string_view bytes) {
  std::vector<WireField> fields;
  std::string problem;
  if (!read_wire(bytes, fields, problem)) return std::nullopt;
  DurationNumber out{0, 0};
  for (const auto& field : fields) {
    if (field.number == 1) out.first = static_cast<int64_t>(field.value);
    if (field.number == 2) out.second = static_cast<int32_t>(field.value);
  }
  return out;
}

const MessageRules& RuleBook::of(const Descriptor& type) const {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = rules_.find(&type); found != rules_.end()) return *found->second;
  }
  auto made = read(type);
  const std::unique_lock lock(mutex_);
  return *rules_.try_emplace(&type, std::move(made)).first->second;
}

std::unique_ptr<const MessageRules> RuleBook::read(const Descriptor& type) const {
  auto out = std::make_unique<MessageRules>();
  out->fields.resize(static_cast<size_t>(type.field_count()));
  const Descriptor* field_rules = types_.find("validate.FieldRules");
  const bool ignored = has_flag(type.options(), kRules) || has_flag(type.options(), kIgnored);
  if (ignored || field_rules == nullptr) return out;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const UnknownField* rules = find_extension(field.options(), kRules);
    if (rules == nullptr || rules->type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    auto read = read_field_rules(*field_rules, rules->length_delimited());
    // A field with presence may be absent unless it is required; a oneof's member may be in any case.
    const bool speaks = field.is_repeated() || !field.has_presence() || read->required;
    if (speaks && field.real_containing_oneof() == nullptr) out->if_absent.push_back(i);
    out->fields[static_cast<size_t>(i)] = std::move(read);
  }
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
    if (has_flag(type.oneof_decl(i)->options(), kRules)) out->required_oneofs.push_back(i);
  }
  return out;
}

}  // namespace solder::services

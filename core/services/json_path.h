// Where the encoder stands in a JSON document: a chain of stack objects, turned into text only for an error or a null.
// Tested by tests/unit/services/json_encoder_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

namespace solder::services {

struct JsonPath {
  enum class Step {
    kRoot,
    kField,  // `key` as it was written, of `field`
    kEntry,  // of a map, with `key`
    kIndex,  // of a list
    kPart,   // `key` of an Any or of a name that is no field
  };

  const JsonPath* parent = nullptr;
  Step step = Step::kRoot;
  std::string_view key;
  const google::protobuf::FieldDescriptor* field = nullptr;
  size_t index = 0;
  bool opaque = false;  // an Any: it cannot be unset in parts

  [[nodiscard]] JsonPath at_field(std::string_view name, const google::protobuf::FieldDescriptor& descriptor) const {
    return {this, Step::kField, name, &descriptor, 0, false};
  }
  [[nodiscard]] JsonPath at_entry(std::string_view name) const { return {this, Step::kEntry, name, nullptr, 0, false}; }
  [[nodiscard]] JsonPath at_index(size_t i) const { return {this, Step::kIndex, {}, nullptr, i, false}; }
  [[nodiscard]] JsonPath at_part(std::string_view name) const { return {this, Step::kPart, name, nullptr, 0, false}; }
  [[nodiscard]] JsonPath as_opaque() const { return {parent, step, key, field, index, true}; }

  // RFC 6901: "/virtualHosts/0/name"; "" at the root.
  [[nodiscard]] std::string pointer() const {
    if (parent == nullptr) return {};
    std::string out = parent->pointer() + "/";
    if (step == Step::kIndex) return out + std::to_string(index);
    for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
  }

  // "retry_policy.num_retries", "metadata.filter_metadata[ns]"; nothing where a list or an opaque value lies between.
  [[nodiscard]] std::optional<std::string> field_path() const {
    if (opaque || step == Step::kIndex || step == Step::kPart) return std::nullopt;
    if (parent == nullptr) return std::string();
    std::optional<std::string> out = parent->field_path();
    if (!out) return out;
    if (step == Step::kEntry) return *out + "[" + std::string(key) + "]";
    return out->empty() ? field->name() : *out + "." + field->name();
  }
};

}  // namespace solder::services

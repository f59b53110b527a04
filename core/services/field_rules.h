// Envoy's validation rules (validate.rules of protoc-gen-validate), read out of the descriptors' options: what Envoy
// will refuse, in a form that can be tested and told. The rules that Envoy's API uses are all here; a rule that is not
// is passed over. Read once for each message type, then shared. Any thread. Source: validate/validate.proto of the
// release. Tested by tests/unit/services/checker_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <re2/re2.h>

#include "core/services/descriptor_set.h"
#include "core/services/wire.h"

namespace solder::services {

// Seconds and nanoseconds whose signs agree: pairs compare as the durations do.
using DurationNumber = std::pair<int64_t, int32_t>;
// A rule and the value it is for always hold the same alternative.
using Number = std::variant<int64_t, uint64_t, double, DurationNumber>;

enum class HeaderForm { kNone, kName, kValue };

struct ValueRules {
  bool required = false;
  bool ignore_empty = false;
  // Numbers, enums, bools and durations.
  std::optional<Number> equal, less, less_equal, greater, greater_equal;
  std::vector<Number> in, not_in;
  bool defined_only = false;
  // Strings and bytes; lengths of strings in characters.
  std::optional<uint64_t> length, min_length, max_length, bytes, min_bytes, max_bytes;
  std::string prefix, suffix, contains, not_contains;
  std::optional<std::string> text;
  std::vector<std::string> text_in, text_not_in;
  std::shared_ptr<const RE2> pattern;
  HeaderForm header = HeaderForm::kNone;
  bool strict = true;
  // Lists and maps.
  std::optional<uint64_t> min_items, max_items;
  bool unique = false;
  std::unique_ptr<const ValueRules> items, keys;  // items: also a map's values
};

// Empty where the message says that it is not to be validated.
struct MessageRules {
  std::vector<std::unique_ptr<const ValueRules>> fields;  // by index of the field; null: no rule
  std::vector<int> if_absent;                             // indices of fields whose rules speak when they are not there
  std::vector<int> required_oneofs;                       // indices
};

class RuleBook {
 public:
  explicit RuleBook(const DescriptorSet& types) : types_(types) {}
  // Lives as long as the book.
  const MessageRules& of(const google::protobuf::Descriptor& type) const;

 private:
  std::unique_ptr<const MessageRules> read(const google::protobuf::Descriptor& type) const;

  const DescriptorSet& types_;
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<const google::protobuf::Descriptor*, std::unique_ptr<const MessageRules>> rules_;
};

// The bits of a scalar as the Number that its type has.
Number number_of(const google::protobuf::FieldDescriptor& field, uint64_t bits);
// Nothing where the bytes are no Duration.
std::optional<DurationNumber> duration_of(std::string_view bytes);

}  // namespace solder::services

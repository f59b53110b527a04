// Checks a message's bytes as Envoy will: well-formed to the last level, strings UTF-8, no unknown field, every Any of
// a known type, and the validation rules of Envoy's API. The first problem ends it. Works on the bytes, builds no
// message. One checker for one message; not thread-safe. Tested by tests/unit/services/checker_test.cc.
#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/descriptor.h>

#include "core/services/descriptor_set.h"
#include "core/services/field_rules.h"
#include "core/services/wire.h"

namespace solder::services {

class Checker {
 public:
  using Descriptor = google::protobuf::Descriptor;
  using FieldDescriptor = google::protobuf::FieldDescriptor;

  Checker(const DescriptorSet& types, const RuleBook& book) : types_(types), book_(book) {}

  // False: problem() says where and what.
  bool check(const Descriptor& type, std::string_view bytes);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  // A chain of stack objects; made into text only for a problem.
  struct Where {
    const Where* parent = nullptr;
    std::string_view name;  // of a field; of an Any's type in brackets
    bool bracket = false;
    int64_t index = -1;
    [[nodiscard]] std::string text() const;
  };

  bool message(const Descriptor& type, std::string_view bytes, const Where& at);
  bool missing_parts(const Descriptor& type, const MessageRules& rules, const MessageView& view, const Where& at);
  bool field(const MessageView::Group& group, const ValueRules* rules, const Where& at);
  bool list(const MessageView::Group& group, const ValueRules* rules, const Where& at);
  bool map(const MessageView::Group& group, const ValueRules* rules, const Where& at);
  bool length_value(const FieldDescriptor& field, std::string_view payload, const ValueRules* rules, const Where& at);
  bool scalar(const FieldDescriptor& field, uint64_t bits, const ValueRules* rules, const Where& at);
  bool sub_message(const Descriptor& type, std::string_view payload, const ValueRules* rules, const Where& at);
  bool any(std::string_view bytes, const ValueRules* rules, const Where& at);
  const Descriptor* regex_matcher() const;
  bool compiles(const MessageView& view, const Where& at);
  bool absent(const FieldDescriptor& field, const ValueRules& rules, const Where& at);
  bool zero(const FieldDescriptor& field, const ValueRules& rules, const Where& at);
  bool count(const ValueRules& rules, uint64_t number, const Where& at);
  bool refuse(const Where& at, const std::string& what);

  const DescriptorSet& types_;
  const RuleBook& book_;
  std::string problem_;
  int depth_ = 0;
  mutable const Descriptor* regex_matcher_ = nullptr;
};

}  // namespace solder::services

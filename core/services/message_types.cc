#include "core/services/message_types.h"

#include "core/services/checker.h"
#include "core/services/descriptor_set.h"
#include "core/services/field_rules.h"
#include "core/services/json_encoder.h"
#include "core/services/json_printer.h"
#include "core/services/json_text.h"

namespace solder::services {

struct MessageTypes::Pool {
  DescriptorSet types;
  RuleBook rules{types};
};

MessageTypes::MessageTypes() : pool_(std::make_unique<Pool>()) {}
MessageTypes::~MessageTypes() = default;

const google::protobuf::Descriptor* MessageTypes::find(std::string_view name) const { return pool_->types.find(name); }

base::Result<WireMessage> MessageTypes::json_to_wire(const google::protobuf::Descriptor& type,
                                                     std::string_view json) const {
  const auto tree = parse_json(json);
  if (!tree.ok()) return tree.status();
  WireMessage out;
  JsonEncoder encoder(pool_->types);
  if (!encoder.encode(type, *tree, out.bytes)) return base::invalid_argument(encoder.problem());
  out.cleared = std::move(encoder.cleared());
  return out;
}

base::Result<std::string> MessageTypes::wire_to_json(const google::protobuf::Descriptor& type,
                                                     std::string_view wire) const {
  std::string out;
  JsonPrinter printer(pool_->types, out);
  if (!printer.message(type, wire))
    return base::invalid_argument(type.full_name() + (printer.problem().starts_with(':') ? "" : ".") +
                                  printer.problem());
  return out;
}

base::Status MessageTypes::check(const google::protobuf::Descriptor& type, std::string_view wire) const {
  Checker checker(pool_->types, pool_->rules);
  if (checker.check(type, wire)) return {};
  return base::invalid_argument(type.full_name() + ": " + checker.problem());
}

}  // namespace solder::services

// Envoy's message types by name, and JSON ↔ wire for any of them. The descriptors are those of the Envoy release that
// the build took them from (cmake/EnvoyMessages.cmake), compiled into the binary; a type is built on first use.
// The wire form that json_to_wire() writes keeps explicit zeros ("enabled": false becomes a written false), because
// fragments say something by them. Deterministic: fields in order of number, map entries in order of key. Any thread.
// Source: "ProtoJSON Format" of the protobuf documentation. Tested by tests/unit/services/message_types_test.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "core/base/status.h"

namespace solder::services {

// What JSON said to unset: null values, as dotted proto field paths.
struct WireMessage {
  std::string bytes;
  std::vector<std::string> cleared;
};

class MessageTypes {
 public:
  MessageTypes();
  ~MessageTypes();
  MessageTypes(const MessageTypes&) = delete;
  MessageTypes& operator=(const MessageTypes&) = delete;

  // By full name or type URL ("type.googleapis.com/envoy.config.cluster.v3.Cluster"); null where unknown.
  [[nodiscard]] const google::protobuf::Descriptor* find(std::string_view name) const;

  // Errors name the JSON pointer, what was found and, for an unknown field, the nearest known one.
  base::Result<WireMessage> json_to_wire(const google::protobuf::Descriptor& type, std::string_view json) const;
  // Proto3 JSON, lowerCamel, Any unpacked with "@type", enums by name. Explicit zeros of fields without presence are
  // left out, as protobuf's own printer does.
  base::Result<std::string> wire_to_json(const google::protobuf::Descriptor& type, std::string_view wire) const;
  // Well-formed throughout, strings are UTF-8, no unknown field, Any of known type; with Envoy's validate.rules for
  // required, lengths and ranges.
  base::Status check(const google::protobuf::Descriptor& type, std::string_view wire) const;

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace solder::services

// Scalars of proto3 JSON as wire values: numbers, bools and enums as the bits that stand on the wire (zigzag and float
// forms already applied), strings and bytes as text. Any thread. Tested by tests/unit/services/json_encoder_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <google/protobuf/descriptor.h>
#include <nlohmann/json.hpp>

namespace solder::services {

// Any type but string, bytes and message. Nothing where `value` does not fit.
std::optional<uint64_t> parse_scalar(const google::protobuf::FieldDescriptor& field, const nlohmann::json& value);
// A map's key, which JSON always writes as a string.
std::optional<uint64_t> parse_map_key(const google::protobuf::FieldDescriptor& field, const std::string& key);
// String and bytes.
std::optional<std::string> parse_text(const google::protobuf::FieldDescriptor& field, const nlohmann::json& value);
// What would have been right, for a message: "an integer from 0 to 4294967295".
std::string expected_scalar(const google::protobuf::FieldDescriptor& field, const nlohmann::json& found);

}  // namespace solder::services

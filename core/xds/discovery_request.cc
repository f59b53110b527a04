#include "core/xds/discovery_request.h"

#include <cstdint>

#include <protozero/pbf_reader.hpp>
#include <protozero/version.hpp>

#include "solder/envoy_fields.h"

namespace solder::xds {
namespace {

namespace core_v3 = envoy::config::core::v3;
namespace discovery = envoy::service::discovery::v3;

constexpr size_t kMaxRefusalBytes = 16 * 1024;
constexpr size_t kMaxNodeTextBytes = 1024;

// google.rpc.Status, which is not among Envoy's own messages.
constexpr uint32_t kRpcStatusMessage = 2;
// The key and value of any map entry.
constexpr uint32_t kEntryKey = 1;
constexpr uint32_t kEntryValue = 2;

// Bytes of the UTF-8 character that `text` starts with; 0 where it starts with none. Overlong forms and surrogates are
// none: a JSON writer would refuse them later.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool beyond = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
  return overlong || beyond ? 0 : length;
}

// A field of the wrong wire type is read past, as every protobuf parser does with an unknown field.
bool is_bytes(const protozero::pbf_reader& field) {
  return field.wire_type() == protozero::pbf_wire_type::length_delimited;
}

std::string_view text_of(protozero::pbf_reader& field) {
  const auto view = field.get_view();
  return {view.data(), view.size()};
}

// The two texts of a map<string, string> entry, or of an entry whose value is a message.
std::pair<std::string_view, std::string_view> read_entry(std::string_view wire) {
  std::string_view key, value;
  protozero::pbf_reader entry{wire.data(), wire.size()};
  while (entry.next()) {
    if (entry.tag() == kEntryKey && is_bytes(entry)) {
      key = text_of(entry);
    } else if (entry.tag() == kEntryValue && is_bytes(entry)) {
      value = text_of(entry);
    } else {
      entry.skip();
    }
  }
  return {key, value};
}

// The one text field `number` of a message; the last one wins, as protobuf has it.
std::string_view read_text(std::string_view wire, uint32_t number) {
  std::string_view text;
  protozero::pbf_reader message{wire.data(), wire.size()};
  while (message.next()) {
    if (message.tag() == number && is_bytes(message)) {
      text = text_of(message);
    } else {
      message.skip();
    }
  }
  return text;
}

void read_metadata(std::string_view wire, NodeInfo& node) {
  protozero::pbf_reader metadata{wire.data(), wire.size()};
  while (metadata.next()) {
    if (metadata.tag() != google::protobuf::Struct::kFields || !is_bytes(metadata)) {
      metadata.skip();
      continue;
    }
    const auto [key, value] = read_entry(text_of(metadata));
    if (key == "role") {
      node.role = std::string(read_text(value, google::protobuf::Value::kStringValue).substr(0, kMaxNodeTextBytes));
    }
  }
}

std::string read_build_version(std::string_view wire) {
  const std::string_view version = read_text(wire, core_v3::BuildVersion::kVersion);
  uint64_t parts[3] = {0, 0, 0};  // SemanticVersion: major 1, minor 2, patch 3
  protozero::pbf_reader number{version.data(), version.size()};
  while (number.next()) {
    if (number.tag() <= 3 && number.wire_type() == protozero::pbf_wire_type::varint) {
      parts[number.tag() - 1] = number.get_uint32();
    } else {
      number.skip();
    }
  }
  return std::to_string(parts[0]) + "." + std::to_string(parts[1]) + "." + std::to_string(parts[2]);
}

NodeInfo read_node(std::string_view wire) {
  NodeInfo node;
  std::string version;
  protozero::pbf_reader field{wire.data(), wire.size()};
  while (field.next()) {
    if (!is_bytes(field)) {
      field.skip();
      continue;
    }
    const auto tag = field.tag();
    const auto value = text_of(field);
    if (tag == core_v3::Node::kId) {
      node.id = printable(value, kMaxNodeTextBytes);
    } else if (tag == core_v3::Node::kMetadata) {
      read_metadata(value, node);
    } else if (tag == core_v3::Node::kUserAgentName) {
      node.user_agent = printable(value, kMaxNodeTextBytes);
    } else if (tag == core_v3::Node::kUserAgentVersion) {
      version = printable(value, kMaxNodeTextBytes);
    } else if (tag == core_v3::Node::kUserAgentBuildVersion) {
      version = read_build_version(value);
    }
  }
  if (!version.empty()) node.user_agent += " " + version;
  return node;
}

base::Status add_name(std::string_view name, const char* field, std::vector<std::string>& names) {
  if (name.size() > kMaxNameBytes) {
    return base::invalid_argument(std::string(field) + " holds a name of " + std::to_string(name.size()) +
                                  " bytes; at most " + std::to_string(kMaxNameBytes) + " are allowed");
  }
  if (!name.empty()) names.emplace_back(name);
  return {};
}

// Envoy's words on why it refused. An error_detail without words is a refusal all the same.
std::string read_refusal(std::string_view wire) {
  std::string words = printable(read_text(wire, kRpcStatusMessage), kMaxRefusalBytes);
  return words.empty() ? "refused without a reason" : words;
}

base::Status read_sotw_field(protozero::pbf_reader& field, DiscoveryRequest& request) {
  using Field = discovery::DiscoveryRequest::Field;
  switch (field.tag()) {
    case Field::kVersionInfo:
      request.version_info = std::string(text_of(field));
      break;
    case Field::kNode:
      request.node = read_node(text_of(field));
      break;
    case Field::kResourceNames:
      return add_name(text_of(field), "resource_names", request.names);
    case Field::kTypeUrl:
      request.type_url = std::string(text_of(field));
      break;
    case Field::kResponseNonce:
      request.nonce = std::string(text_of(field));
      break;
    case Field::kErrorDetail:
      request.refusal = read_refusal(text_of(field));
      break;
    default:
      field.skip();
  }
  return {};
}

base::Status read_delta_field(protozero::pbf_reader& field, DiscoveryRequest& request) {
  using Field = discovery::DeltaDiscoveryRequest::Field;
  switch (field.tag()) {
    case Field::kNode:
      request.node = read_node(text_of(field));
      break;
    case Field::kTypeUrl:
      request.type_url = std::string(text_of(field));
      break;
    case Field::kResourceNamesSubscribe:
      return add_name(text_of(field), "resource_names_subscribe", request.names);
    case Field::kResourceNamesUnsubscribe:
      return add_name(text_of(field), "resource_names_unsubscribe", request.unsubscribe);
    case Field::kInitialResourceVersions: {
      const auto [name, version] = read_entry(text_of(field));
      if (name.size() > kMaxNameBytes) return add_name(name, "initial_resource_versions", request.names);
      request.initial_versions.emplace_back(name, version.substr(0, 64));
      break;
    }
    case Field::kResponseNonce:
      request.nonce = std::string(text_of(field));
      break;
    case Field::kErrorDetail:
      request.refusal = read_refusal(text_of(field));
      break;
    default:
      field.skip();
  }
  return {};
}

template <typename ReadField>
base::Result<DiscoveryRequest> read(std::string_view wire, const char* message, ReadField read_field) {
  DiscoveryRequest request;
  try {  // protozero reports by throwing; nothing of it leaves this function
    protozero::pbf_reader field{wire.data(), wire.size()};
    while (field.next()) {
      if (!is_bytes(field)) {
        field.skip();
        continue;
      }
      if (auto status = read_field(field, request); !status.ok()) return status;
    }
  } catch (const protozero::exception& problem) {
    return base::invalid_argument("the request is no well-formed " + std::string(message) + " (" + problem.what() +
                                  ")");
  }
  return request;
}

}  // namespace

base::Result<DiscoveryRequest> read_sotw_request(std::string_view wire) {
  return read(wire, "envoy.service.discovery.v3.DiscoveryRequest", read_sotw_field);
}

base::Result<DiscoveryRequest> read_delta_request(std::string_view wire) {
  return read(wire, "envoy.service.discovery.v3.DeltaDiscoveryRequest", read_delta_field);
}

std::string printable(std::string_view words, size_t limit) {
  std::string out;
  for (size_t i = 0; i < words.size();) {
    const size_t length = utf8_length(words.substr(i));
    const size_t width = length == 0 ? 1 : length;
    if (out.size() + width > limit) break;
    const auto lead = static_cast<unsigned char>(words[i]);
    if (length == 0) {
      out += '?';
    } else if (lead < 0x20 || lead == 0x7f) {
      out += ' ';
    } else {
      out.append(words, i, length);
    }
    i += width;
  }
  return out;
}

}  // namespace solder::xds

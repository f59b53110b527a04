#include "tests/feature/xds/test_client.h"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "solder/envoy_fields.h"

namespace solder::xds::testing {
namespace {

namespace core_v3 = envoy::config::core::v3;
namespace discovery = envoy::service::discovery::v3;
namespace pb = google::protobuf;

std::string entry(const std::string& key, const std::string& value) {
  std::string wire;
  protozero::pbf_writer writer{wire};
  writer.add_string(1, key);
  writer.add_bytes(2, value);
  return wire;
}

std::string rpc_status(const std::string& message) {
  std::string wire;
  protozero::pbf_writer writer{wire};
  writer.add_int32(1, 3);
  writer.add_string(2, message);
  return wire;
}

std::string any_value(protozero::pbf_reader any) {
  std::string value;
  while (any.next()) {
    if (any.tag() == pb::Any::kValue) {
      value = any.get_bytes();
    } else {
      any.skip();
    }
  }
  return value;
}

void read_resource(protozero::pbf_reader resource, TestResponse& response) {
  std::string name, version, body, alias;
  bool has_body = false;
  while (resource.next()) {
    switch (resource.tag()) {
      case discovery::Resource::kName:
        name = resource.get_string();
        break;
      case discovery::Resource::kVersion:
        version = resource.get_string();
        break;
      case discovery::Resource::kResource:
        body = any_value(resource.get_message());
        has_body = true;
        break;
      case discovery::Resource::kAliases:
        alias = resource.get_string();
        break;
      default:
        resource.skip();
    }
  }
  // Envoy refuses a resource without content that has no alias.
  response.resources[name] = has_body ? read_message(body).second : alias == name ? "none" : "no alias";
  response.versions[name] = version;
}

TestResponse read_delta(protozero::pbf_reader reader) {
  using Field = discovery::DeltaDiscoveryResponse::Field;
  TestResponse response;
  while (reader.next()) {
    switch (reader.tag()) {
      case Field::kSystemVersionInfo:
        response.version = reader.get_string();
        break;
      case Field::kResources:
        read_resource(reader.get_message(), response);
        break;
      case Field::kTypeUrl:
        response.type = type_of(reader.get_string()).value();
        break;
      case Field::kRemovedResources:
        response.removed.push_back(reader.get_string());
        break;
      case Field::kNonce:
        response.nonce = reader.get_string();
        break;
      default:
        reader.skip();
    }
  }
  return response;
}

TestResponse read_sotw(protozero::pbf_reader reader) {
  using Field = discovery::DiscoveryResponse::Field;
  TestResponse response;
  while (reader.next()) {
    switch (reader.tag()) {
      case Field::kVersionInfo:
        response.version = reader.get_string();
        break;
      case Field::kResources:
        response.resources.insert(read_message(any_value(reader.get_message())));
        break;
      case Field::kTypeUrl:
        response.type = type_of(reader.get_string()).value();
        break;
      case Field::kNonce:
        response.nonce = reader.get_string();
        break;
      default:
        reader.skip();
    }
  }
  return response;
}

}  // namespace

void TestClient::add_node(std::string& wire, uint32_t field) {
  if (std::exchange(node_sent_, true)) return;
  std::string value, metadata, node;
  protozero::pbf_writer{value}.add_string(pb::Value::kStringValue, role_);
  protozero::pbf_writer{metadata}.add_message(pb::Struct::kFields, entry("role", value));
  protozero::pbf_writer writer{node};
  writer.add_string(core_v3::Node::kId, node_id_);
  writer.add_message(core_v3::Node::kMetadata, metadata);
  writer.add_string(core_v3::Node::kUserAgentName, "test");
  protozero::pbf_writer{wire}.add_message(field, node);
}

std::string TestClient::sotw_request(ResourceType type, const std::optional<std::string>& refusal,
                                     const std::string& nonce) {
  using Field = discovery::DiscoveryRequest::Field;
  const auto& state = types_[type];
  std::string wire;
  add_node(wire, Field::kNode);
  protozero::pbf_writer request{wire};
  request.add_string(Field::kVersionInfo, state.accepted_version);
  for (const auto& name : state.names) request.add_string(Field::kResourceNames, name);
  request.add_string(Field::kTypeUrl, std::string(type_url(type)));
  request.add_string(Field::kResponseNonce, nonce);
  if (refusal) request.add_message(Field::kErrorDetail, rpc_status(*refusal));
  return wire;
}

std::string TestClient::ask(ResourceType type, const std::vector<std::string>& names, bool resume) {
  using Field = discovery::DeltaDiscoveryRequest::Field;
  auto& state = types_[type];
  for (const auto& name : names) {
    if (name.front() == '-') {
      state.names.erase(name.substr(1));
      state.held.erase(name.substr(1));
    } else {
      state.names.insert(name);
    }
  }
  if (!delta_) {
    if (!state.asked && !resume) state.accepted_version.clear();
    state.asked = true;
    return sotw_request(type, {}, state.nonce);
  }
  std::string wire;
  add_node(wire, Field::kNode);
  protozero::pbf_writer request{wire};
  request.add_string(Field::kTypeUrl, std::string(type_url(type)));
  for (const auto& name : names) {
    const bool gone = name.front() == '-';
    request.add_string(gone ? Field::kResourceNamesUnsubscribe : Field::kResourceNamesSubscribe,
                       name.substr(gone ? 1 : 0));
  }
  if (!state.asked && resume) {
    for (const auto& [name, version] : state.held) {
      request.add_message(Field::kInitialResourceVersions, entry(name, version));
    }
  }
  state.asked = true;
  return wire;
}

std::string TestClient::acknowledge(ResourceType type, const std::optional<std::string>& refusal,
                                    const std::optional<std::string>& nonce) {
  using Field = discovery::DeltaDiscoveryRequest::Field;
  auto& state = types_[type];
  if (!refusal) state.accepted_version = state.version;
  const std::string said = nonce.value_or(state.nonce);
  if (!delta_) return sotw_request(type, refusal, said);
  std::string wire;
  protozero::pbf_writer request{wire};
  request.add_string(Field::kTypeUrl, std::string(type_url(type)));
  request.add_string(Field::kResponseNonce, said);
  if (refusal) request.add_message(Field::kErrorDetail, rpc_status(*refusal));
  return wire;
}

TestResponse TestClient::read(std::string_view wire) {
  const protozero::pbf_reader reader{wire.data(), wire.size()};
  auto response = delta_ ? read_delta(reader) : read_sotw(reader);
  auto& state = types_[response.type];
  state.previous_nonce = std::exchange(state.nonce, response.nonce);
  state.version = response.version;
  for (const auto& [name, version] : response.versions) state.held[name] = version;
  for (const auto& name : response.removed) state.held.erase(name);
  return response;
}

void TestClient::reconnect() {
  node_sent_ = false;
  for (auto& [type, state] : types_) {
    state.nonce.clear();
    state.previous_nonce.clear();
    state.names.clear();
    state.asked = false;
  }
}

}  // namespace solder::xds::testing

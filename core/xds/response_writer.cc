#include "core/xds/response_writer.h"

#include <string>

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

#include "core/base/hash.h"
#include "core/xds/piece_gatherer.h"
#include "core/xds/withheld.h"
#include "solder/envoy_fields.h"

namespace solder::xds {
namespace {

namespace discovery = envoy::service::discovery::v3;
using google::protobuf::Any::kTypeUrl;
using google::protobuf::Any::kValue;

// control_plane.identifier: shown by Envoy's logs and /stats.
constexpr uint32_t kControlPlaneIdentifier = 1;
constexpr std::string_view kIdentifier = "solder";

size_t varint_size(uint64_t value) { return static_cast<size_t>(protozero::length_of_varint(value)); }

void add_length_prefix(std::string& text, uint32_t field, size_t size) {
  protozero::add_varint_to_buffer(&text, (uint64_t{field} << 3) | 2);
  protozero::add_varint_to_buffer(&text, size);
}

// Of a field with a number below 16, which all fields here have.
size_t field_size(size_t payload) { return 1 + varint_size(payload) + payload; }

size_t any_size(std::string_view url, size_t payload) { return field_size(url.size()) + field_size(payload); }

void add_any(PieceGatherer& out, uint32_t field, std::string_view url, const base::Bytes& message) {
  auto& text = out.text();
  add_length_prefix(text, field, any_size(url, message.size()));
  add_length_prefix(text, kTypeUrl, url.size());
  text += url;
  add_length_prefix(text, kValue, message.size());
  out.add(message);
}

void add_control_plane(protozero::pbf_writer& response, uint32_t field) {
  std::string message;
  protozero::pbf_writer{message}.add_string(kControlPlaneIdentifier, kIdentifier.data(), kIdentifier.size());
  response.add_message(field, message);
}

// Without a nonce where that is empty.
base::Bytes sotw_body(ResourceType type, const Outgoing& outgoing, std::string_view nonce) {
  using Field = discovery::DiscoveryResponse::Field;
  const std::string_view url = type_url(type);
  PieceGatherer out;
  protozero::pbf_writer response{out.text()};
  response.add_string(Field::kVersionInfo, base::hash_text(outgoing.version));
  for (const auto& resource : outgoing.content->resources) {
    add_any(out, Field::kResources, url, resource->message);
    out.settle();
  }
  response.add_string(Field::kTypeUrl, url.data(), url.size());
  if (!nonce.empty()) response.add_string(Field::kNonce, nonce.data(), nonce.size());
  add_control_plane(response, Field::kControlPlane);
  return out.finish();
}

base::Bytes delta_body(ResourceType type, const Outgoing& outgoing, std::string_view nonce) {
  using Field = discovery::DeltaDiscoveryResponse::Field;
  namespace Resource = discovery::Resource;
  const std::string_view url = type_url(type);
  PieceGatherer out;
  protozero::pbf_writer response{out.text()};
  response.add_string(Field::kSystemVersionInfo, base::hash_text(outgoing.version));
  for (const auto& resource : outgoing.content->resources) {
    const std::string version = base::hash_text(resource->hash);
    const bool absent = is_absent(resource);
    // Envoy goes on with a request that waits for a virtual host when it reads the name among the aliases.
    const bool aliased = type == ResourceType::kVirtualHost;
    const size_t size = field_size(resource->name.size()) * (aliased ? 2 : 1) + field_size(version.size()) +
                        (absent ? 0 : field_size(any_size(url, resource->message.size())));
    add_length_prefix(out.text(), Field::kResources, size);
    protozero::pbf_writer header{out.text()};
    header.add_string(Resource::kName, resource->name);
    header.add_string(Resource::kVersion, version);
    if (aliased) header.add_string(Resource::kAliases, resource->name);
    if (!absent) add_any(out, Resource::kResource, url, resource->message);
    out.settle();
  }
  for (const auto& name : outgoing.content->removed) {
    response.add_string(Field::kRemovedResources, name);
    out.settle();
  }
  response.add_string(Field::kTypeUrl, url.data(), url.size());
  if (!nonce.empty()) response.add_string(Field::kNonce, nonce.data(), nonce.size());
  add_control_plane(response, Field::kControlPlane);
  return out.finish();
}

base::Bytes body(bool delta, ResourceType type, const Outgoing& outgoing, std::string_view nonce) {
  return delta ? delta_body(type, outgoing, nonce) : sotw_body(type, outgoing, nonce);
}

std::string nonce_field(bool delta, std::string_view nonce) {
  const uint32_t field = delta ? static_cast<uint32_t>(discovery::DeltaDiscoveryResponse::kNonce)
                               : static_cast<uint32_t>(discovery::DiscoveryResponse::kNonce);
  std::string out;
  protozero::pbf_writer(out).add_string(field, nonce.data(), nonce.size());
  return out;
}

}  // namespace

base::Bytes write_response(bool delta, ResourceType type, const Outgoing& outgoing, std::string_view nonce,
                           ResponseCache* cache) {
  if (cache == nullptr || !ResponseCache::is_for(outgoing)) return body(delta, type, outgoing, nonce);
  const auto key = ResponseCache::key_of(delta, type, outgoing);
  base::Bytes bytes = cache->get(key, [&] { return body(delta, type, outgoing, {}); });
  bytes.append(nonce_field(delta, nonce));
  return bytes;
}

}  // namespace solder::xds

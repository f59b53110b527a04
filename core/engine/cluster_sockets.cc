#include "core/engine/cluster_sockets.h"

#include <google/protobuf/descriptor.h>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "solder/envoy_fields.h"

namespace solder::engine {

namespace cluster = solder::envoy::config::cluster::v3;
namespace core = solder::envoy::config::core::v3;

namespace {

constexpr std::string_view kTransportSocket = "envoy.config.core.v3.TransportSocket";
constexpr std::string_view kRawBufferName = "envoy.transport_sockets.raw_buffer";
constexpr std::string_view kRawBuffer = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";

std::string socket_message(std::string_view name, std::string_view type_url, std::string_view config) {
  std::string socket;
  protozero::pbf_writer writer(socket);
  writer.add_string(core::TransportSocket::kName, name.data(), name.size());
  writer.add_message(core::TransportSocket::kTypedConfig, pack_any(type_url, config));
  return socket;
}

// The field of a wrapper's message that takes the socket inside; 0 where it has none.
uint32_t inner_field(const Translation& t, const std::string& type_url) {
  const auto* type = t.types.find(type_url);
  if (type == nullptr) return 0;
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    const auto* message = field->message_type();
    if (message != nullptr && !field->is_repeated() && message->full_name() == kTransportSocket)
      return static_cast<uint32_t>(field->number());
  }
  return 0;
}

// The message with every field `tag` replaced by what `change` makes of it; all else stays byte for byte.
template <typename F>
std::string with_changed(const std::string& message, uint32_t tag, F&& change) {
  std::string out;
  protozero::pbf_writer writer(out);
  protozero::pbf_reader reader(message);
  for (const char* start = reader.data().data(); reader.next(); start = reader.data().data()) {
    if (reader.tag() == tag) {
      writer.add_message(tag, change(reader.get_string()));
    } else {
      reader.skip();
      out.append(start, reader.data().data());
    }
  }
  return out;
}

}  // namespace

std::string merged_socket(Slots& slots) {
  std::string socket;
  slots.each("transport_socket/", "", "transport_socket",
             [&](const std::string& name, const std::string& type_url, const std::string& bytes) {
               if (socket.empty()) socket = socket_message(name, type_url, bytes);
             });
  return socket;
}

SocketWrappers::SocketWrappers(const Translation& t, Slots& slots) {
  slots.each("socket_wrapper/", "", "transport_socket",
             [&](const std::string& name, const std::string& type_url, const std::string& bytes) {
               if (const uint32_t field = inner_field(t, type_url); field != 0)
                 wrappers_.push_back({name, type_url, bytes, field});
               else
                 slots.refuse_slot("socket_wrapper/" + name, "wraps sockets in " + type_url + ", which holds none");
             });
}

std::string SocketWrappers::around(std::string socket) const {
  for (const Wrapper& wrapper : wrappers_) {
    if (socket.empty()) socket = socket_message(kRawBufferName, kRawBuffer, "");
    std::string bytes = wrapper.bytes;
    protozero::pbf_writer(bytes).add_message(wrapper.inner, socket);
    socket = socket_message(wrapper.name, wrapper.type_url, bytes);
  }
  return socket;
}

std::string SocketWrappers::around_matches(const std::string& cluster) const {
  return with_changed(cluster, cluster::Cluster::kTransportSocketMatches, [this](const std::string& match) {
    return with_changed(match, cluster::Cluster::TransportSocketMatch::kTransportSocket,
                        [this](std::string socket) { return around(std::move(socket)); });
  });
}

}  // namespace solder::engine

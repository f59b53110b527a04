// JSON or wire fragments from anywhere: nothing may crash, and what was taken in must hold the promises of the merge.
// Input: a byte that picks the message type, a byte that says JSON or wire and where to cut, then one or two fragments.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/engine/merge.h"

namespace {

using solder::engine::Encoding;
using solder::engine::Fragment;
using solder::engine::Merged;

constexpr const char* kTypes[] = {
    "envoy.config.cluster.v3.Cluster",
    "envoy.config.route.v3.Route",
    "envoy.config.listener.v3.Listener",
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    "google.protobuf.Struct",
    "google.protobuf.Any",
    "envoy.config.core.v3.Metadata",
    "google.protobuf.FieldMask",
    "envoy.data.accesslog.v3.AccessLogCommon",
    "envoy.service.discovery.v3.DeltaDiscoveryRequest",
};

const solder::services::MessageTypes& types() {
  static const solder::services::MessageTypes kAll;
  return kAll;
}

void require(bool holds) {
  if (!holds) std::abort();
}

Fragment fragment(std::string bytes, Encoding encoding, const char* plugin) {
  Fragment out;
  out.bytes = std::move(bytes);
  out.encoding = encoding;
  out.origin.plugin = plugin;
  return out;
}

Merged merge(const google::protobuf::Descriptor& type, const std::vector<Fragment>& fragments) {
  std::vector<const Fragment*> pointers;
  for (const auto& one : fragments) pointers.push_back(&one);
  return solder::engine::merge(types(), type, pointers);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto& type = *types().find(kTypes[data[0] % std::size(kTypes)]);
  const Encoding encoding = data[1] % 2 == 0 ? Encoding::kJson : Encoding::kWire;
  const std::string rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const size_t cut = rest.size() * (data[1] / 2) / 128;

  if (encoding == Encoding::kJson) {
    // What could be encoded can be printed, and what is printed says the same again.
    if (const auto wire = types().json_to_wire(type, rest); wire.ok()) {
      const auto printed = types().wire_to_json(type, wire->bytes);
      require(printed.ok());
      const auto again = types().json_to_wire(type, *printed);
      require(again.ok());
      require(types().wire_to_json(type, again->bytes).value() == *printed);
    }
  } else {
    (void)types().check(type, rest);
    (void)types().wire_to_json(type, rest);
  }

  const std::vector<Fragment> both = {fragment(rest.substr(0, cut), encoding, "a"),
                                      fragment(rest.substr(cut), encoding, "b")};
  const Merged first = merge(type, both);
  require(merge(type, both).bytes == first.bytes);
  // The form is final, and what came out can be read by everything else.
  const Merged again = merge(type, {fragment(first.bytes, Encoding::kWire, "c")});
  require(again.bad.empty() && again.bytes == first.bytes);
  require(types().wire_to_json(type, first.bytes).ok());
  return 0;
}

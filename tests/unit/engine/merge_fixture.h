// Fragments from JSON in one line, and what a merge of them gives.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/engine/merge.h"

namespace solder::engine::testing {

inline const services::MessageTypes& types() {
  static const services::MessageTypes kTypes;
  return kTypes;
}

inline const google::protobuf::Descriptor& type(std::string_view name) {
  const auto* found = types().find(name);
  if (found == nullptr) throw std::runtime_error("no such type: " + std::string(name));
  return *found;
}

struct Part {
  std::string plugin;
  std::string json;
  std::vector<std::string> clear = {};
  bool wire = true;  // JSON is encoded first and given as wire bytes; false: given as a JSON fragment
};

inline Fragment fragment(const google::protobuf::Descriptor& descriptor, const Part& part) {
  Fragment out;
  out.slot = "slot";
  out.origin = {part.plugin, {"VirtualService", "ns", "vs"}, "/options/" + part.plugin};
  out.clear = part.clear;
  out.encoding = part.wire ? Encoding::kWire : Encoding::kJson;
  out.bytes = part.json;
  if (part.wire) {
    auto wire = types().json_to_wire(descriptor, part.json);
    EXPECT_TRUE(wire.ok()) << wire.status().message();
    out.bytes = wire.ok() ? wire->bytes : "";
  }
  return out;
}

inline Merged merge_all(const google::protobuf::Descriptor& descriptor, const std::vector<Fragment>& fragments) {
  std::vector<const Fragment*> pointers;
  for (const Fragment& one : fragments) pointers.push_back(&one);
  return merge(types(), descriptor, pointers);
}

inline Merged merge_parts(std::string_view name, const std::vector<Part>& parts) {
  std::vector<Fragment> fragments;
  for (const Part& part : parts) fragments.push_back(fragment(type(name), part));
  return merge_all(type(name), fragments);
}

inline std::string json_of(std::string_view name, const std::string& bytes) {
  const auto json = types().wire_to_json(type(name), bytes);
  return json.ok() ? *json : json.status().message();
}

// "field: earlier>later" of each.
inline std::vector<std::string> conflicts_of(const Merged& merged) {
  std::vector<std::string> out;
  for (const Conflict& c : merged.conflicts) out.push_back(c.field + ": " + c.earlier.plugin + ">" + c.later.plugin);
  return out;
}

// "field: plugin" of each.
inline std::vector<std::string> provenance_of(const Merged& merged) {
  std::vector<std::string> out;
  for (const FieldOrigin& f : merged.provenance) out.push_back(f.field + ": " + f.origin.plugin);
  return out;
}

inline constexpr const char* kAction = "envoy.config.route.v3.RouteAction";
inline constexpr const char* kRoute = "envoy.config.route.v3.Route";
inline constexpr const char* kCluster = "envoy.config.cluster.v3.Cluster";
inline constexpr const char* kHcm = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

}  // namespace solder::engine::testing

// Snapshots from JSON, for tests.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "core/services/message_types.h"
#include "core/xds/snapshot.h"

namespace solder::cli {

class Snapshots {
 public:
  explicit Snapshots(const services::MessageTypes& types) : types_(types) {}

  // `key` is the field that names the resource.
  void add(xds::ResourceType type, const char* key, const std::string& json) {
    const auto wire = types_.json_to_wire(*types_.find(xds::type_url(type)), json);
    ASSERT_TRUE(wire.ok()) << wire.status().message();
    const std::string name = nlohmann::json::parse(json).at(key);
    xds::ResourceSet& set = made_.types[static_cast<size_t>(type)];
    set = set.with(xds::make_resource(name, base::Bytes(wire->bytes)));
  }

  [[nodiscard]] xds::SnapshotPtr snapshot() const { return std::make_shared<const xds::Snapshot>(made_); }

 private:
  const services::MessageTypes& types_;
  xds::Snapshot made_;
};

}  // namespace solder::cli

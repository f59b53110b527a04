// Snapshots from JSON, for tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
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
    sets_[type].emplace(name, xds::make_resource(name, base::Bytes(wire->bytes)));
  }

  xds::SnapshotPtr snapshot() {
    auto made = std::make_shared<xds::Snapshot>();
    for (size_t i = 0; i < xds::kResourceTypeCount; ++i) {
      made->types[i] = xds::make_resource_set(sets_[static_cast<xds::ResourceType>(i)]);
    }
    return made;
  }

 private:
  const services::MessageTypes& types_;
  std::map<xds::ResourceType, std::map<std::string, xds::ResourcePtr, std::less<>>> sets_;
};

}  // namespace solder::cli

// How many proxies have taken an object as it is now, from what they acknowledged: for /status and `solder get`.
// Tested by tests/unit/cli/delivery_test.cc.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/engine/served_places.h"
#include "core/xds/server.h"

namespace solder::cli {

struct Delivered {
  size_t acked = 0;
  size_t proxies = 0;  // that are to be served it and are connected

  [[nodiscard]] std::string text() const;  // "acked by 2 of 3 proxies"
};

class Delivery {
 public:
  // `places` may be null: nothing was translated yet.
  Delivery(const std::vector<xds::NodeStatus>& nodes, const engine::ServedPlaces* places);

  // Nothing for objects that have no resource of their own.
  [[nodiscard]] std::optional<Delivered> of(const model::ObjectRef& object) const;

 private:
  using Names = std::set<std::string>;
  // One connection, whatever streams it has.
  struct Proxy {
    std::string role;
    std::array<bool, xds::kResourceTypeCount> asked{};
    std::array<bool, xds::kResourceTypeCount> far_behind{};
    std::array<Names, xds::kResourceTypeCount> behind;
    std::array<Names, xds::kResourceTypeCount> refused;
  };

  [[nodiscard]] static bool took(const Proxy& proxy, xds::ResourceType type, const std::string& name);
  [[nodiscard]] static bool took_cluster(const Proxy& proxy, const std::string& name);
  [[nodiscard]] static bool took_place(const Proxy& proxy, const model::ObjectRef& object,
                                       const engine::ServedPlace& place);

  std::vector<Proxy> proxies_;
  std::map<model::ObjectRef, std::vector<engine::ServedPlace>> places_;
};

}  // namespace solder::cli

// What a virtual service serves in the place of a route that delegates: the routes of a table as they stand below that
// route, with what they inherited. A step of its own, so that a changed table costs what it holds and not what all
// tables of the virtual service hold. Made by delegation.h.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/inheritance.h"
#include "core/model/diagnostic.h"
#include "core/model/object.h"

namespace solder::engine {

// What routes that stand beside each other have in common.
struct RoutePlace {
  RoutePlace(model::ObjectRef owner_ref, std::string via_path);

  model::ObjectRef owner;  // a VirtualService or a RouteTable
  std::string via;         // where the virtual service delegates to it; empty: it is its own
  uint64_t hash;
};

struct EffectiveRoute {
  std::shared_ptr<const RoutePlace> place;
  std::string_view text;                    // the route as JSON, with what it inherited
  std::shared_ptr<const std::string> kept;  // holds `text`; null: whoever asked holds it
  size_t index = 0;                         // in its owner
  std::string branch;                       // "route:a_rt:ns_name_route:b" where a route on the way has a name
  uint64_t hash = 0;                        // over all of it, but for its place among all routes

  [[nodiscard]] const model::ObjectRef& owner() const { return place->owner; }
  // Where it stands in its owner: "/spec/routes/0".
  [[nodiscard]] std::string path() const;
};

struct BranchRoute {
  EffectiveRoute route;
  RouteOrder order;
};

struct RouteBranchSource;  // delegation.cc
struct RouteBranchResult {
  uint64_t hash = 0;
  std::shared_ptr<const RouteBranchSource> source;
  std::vector<BranchRoute> routes;
  model::Diagnostics diagnostics;
  size_t visited = 0;     // routes, those that delegate among them
  bool too_many = false;  // it says so itself
};

// What a table stands for: table_size.h.
struct TableSize {
  uint64_t hash = 0;
  size_t routes = 0;     // those that delegate among them; exact as far as anybody would walk them
  bool endless = false;  // tables delegate in a circle, or too deep
};

struct TableSizeKey {
  model::ObjectRef table;
  size_t levels = 0;  // of tables that may stand from here on

  auto operator<=>(const TableSizeKey&) const = default;
};

struct RouteBranchKey {
  model::ObjectRef service;
  model::ObjectRef table;
  uint64_t source_hash = 0;

  auto operator<=>(const RouteBranchKey&) const = default;
};

}  // namespace solder::engine

// The routes of a VirtualService or RouteTable as texts of their own, and a route's parts, so that what did not change,
// or stands in many routes, need not be looked at again. Pure; any thread. Tested by
// tests/unit/config/route_texts_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace solder::config {

struct RouteTexts {
  std::string rest;                      // the object with an empty list in place of its routes
  std::vector<std::string_view> routes;  // each as compact JSON, in what was split
};

// `json` is model::Object::json of a VirtualService or RouteTable. Where routes are no list, `rest` is all of it.
RouteTexts split_routes(std::string_view json);

// What a route says of itself, as JSON objects that hold its members; empty where it says nothing.
struct RoutePieces {
  std::string name;      // the text itself; a name that is no text is in `action`
  std::string matchers;  // {"matchers":…}
  std::string options;   // {"options":…}
  std::string action;    // all other members: never empty

  // Keeps the memory.
  void clear() {
    for (std::string* part : {&name, &matchers, &options, &action}) part->clear();
  }
};

// `text` is one of RouteTexts::routes. What cannot be split is all in `action`.
void split_route(std::string_view text, RoutePieces& out);

}  // namespace solder::config

// The routes of a VirtualService or RouteTable as texts of their own, so that one that did not change need not be
// looked at again. Pure; any thread. Tested by tests/unit/config/route_texts_test.cc.
#pragma once

#include <string>
#include <vector>

namespace solder::config {

struct RouteTexts {
  std::string rest;                 // the object with an empty list in place of its routes
  std::vector<std::string> routes;  // each as compact JSON
};

// `json` is model::Object::json of a VirtualService or RouteTable. Where routes are no list, `rest` is all of it.
RouteTexts split_routes(const std::string& json);

}  // namespace solder::config

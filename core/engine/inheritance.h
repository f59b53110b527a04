// What a delegating route hands down: its matchers where the route below asks for them, and the rule that a route below
// asks for no less than the one above. Pure; any thread. Source: Gloo's route converter.
// Tested by tests/unit/engine/inheritance_test.cc.
#pragma once

#include <string>
#include <vector>

#include "core/model/route_table.h"

namespace solder::engine {

// The matchers of a route below one that matches by `above`, with what it inherits.
std::vector<model::Matcher> inherited_matchers(const model::RouteOutline& route, const model::Matcher& above,
                                               bool paths, bool others);

// Why a route with such matchers cannot stand below `above`, or empty.
std::string mismatch(const std::vector<model::Matcher>& matchers, const model::Matcher& above);

// The path as it is written, of whatever kind; empty where there is none.
std::string path_text(const model::Matcher& matcher);

// As they stand in a manifest.
std::string to_json(const std::vector<model::Matcher>& matchers);

// Gloo's order of routes from several tables of one weight: more methods first, then exact before regex before prefix,
// then the greater path. By each route's first matcher in that order.
struct RouteOrder {
  size_t methods = 0;
  int rank = 0;  // of the path's kind
  std::string path;

  bool operator<(const RouteOrder& other) const;
};
RouteOrder order_of(const std::vector<model::Matcher>& matchers);

}  // namespace solder::engine

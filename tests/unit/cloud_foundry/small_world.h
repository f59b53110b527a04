// A small Cloud Foundry for tests: an org with a space, in it apps with routes and processes.
#pragma once

#include "plugins/cloud_foundry/world.h"

namespace solder::plugins::cloud_foundry {

inline World small_world() {
  World world;
  world.orgs["o1"] = {"shop"};
  world.spaces["s1"] = {"prod", "o1"};
  world.spaces["s2"] = {"test", "o1"};
  world.domains["d1"] = {"apps.internal", true};
  world.domains["d2"] = {"example.org", false};
  world.domains["d3"] = {"tcp.example.org", false};
  world.apps["cart"] = {"cart", "s1", true};
  world.apps["web"] = {"web", "s1", true};
  world.apps["idle"] = {"idle", "s1", false};
  world.processes["cart-web"] = {"web", "cart", "1"};
  world.processes["web-web"] = {"web", "web", "1"};
  world.routes["r1"] = {"cart", "", "d1", "cart.apps.internal", false, 0, {{"cart", "web", 8080, false}}};
  world.routes["r2"] = {"cart", "", "d2", "cart.example.org", false, 0, {{"cart", "web", 8080, false}}};
  world.routes["r3"] = {"web", "/x", "d2", "web.example.org/x", false, 0, {{"web", "web", 8080, false}}};
  world.routes["r4"] = {"", "", "d3", "tcp.example.org:1024", true, 1024, {{"web", "web", 9000, false}}};
  world.index();
  return world;
}

}  // namespace solder::plugins::cloud_foundry

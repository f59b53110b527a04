// What an upstream of the type cloudFoundry says: which app, and on which way requests reach it. And what of its
// `instances` an Envoy is told. Tested by plugins/cloud_foundry/testdata and tests/e2e/cloud_foundry_test.py.
#pragma once

#include <cstdint>
#include <string>

#include "settings.h"
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::cloud_foundry {

enum class Reach {
  kAuto,           // by an internal route where the app has one, else by the router
  kInternalRoute,  // the instances' names below apps.internal
  kContainer,      // the instances' own addresses in the container network
  kRouter,         // a route's host, at the platform's router
  kCell,           // the addresses and ports of the machines that instances run on
};
Reach reach_of(const std::string& text);

struct Wanted {
  std::string foundation;  // of the plugin's configuration
  std::string api, secret_ns, secret_name;
  std::string org, space, app, process, route;
  uint64_t port = 0;  // 0: that of the route, or 8080
  Reach reach = Reach::kAuto;

  auto operator<=>(const Wanted&) const = default;
};
Wanted read_wanted(const sdk::Json& spec);

// Whom to ask. Nothing where that cannot be said; why is reported, unless `out` is null.
std::optional<Foundation> foundation_of(const Wanted& wanted, const Settings& settings, sdk::Out* out);

// The fragments.
void give_cluster(const sdk::Json& spec, const sdk::Json& whole, const Settings& settings, sdk::Out& out);
void give_endpoints(const sdk::Json& spec, sdk::Out& out);
// The host that requests are to name, where they go by the router; else "".
std::string routed_host(const sdk::Json& spec);

}  // namespace solder::plugins::cloud_foundry

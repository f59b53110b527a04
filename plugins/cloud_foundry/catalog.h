// Upstream discovery: an Upstream for each app that may be read. It names the app alone; where requests to it go is
// found as for any other. Tested by tests/unit/cloud_foundry/catalog_test.cc and tests/e2e/cloud_foundry_test.py.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller.h"
#include "solder/sdk.hpp"
#include "solder/sdk/objects.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::cloud_foundry {

// The Upstreams of a foundation, as manifests by name ("namespace/name").
std::map<std::string, std::string> upstreams_of(const World& world, const Foundation& foundation);

class Catalog {
 public:
  // `settings` outlive it.
  Catalog(const sdk::Host& host, const Settings& settings);
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  void start();

 private:
  struct Source {
    std::unique_ptr<Controller> controller;
    std::map<std::string, std::string> upstreams;
  };

  void listed(Source& source);
  void changed();
  void settle();
  void put_all();
  void report();

  const sdk::Host host_;
  const Settings& settings_;
  sdk::Objects objects_;
  sdk::Timer timer_;
  bool complete_ = false, whole_ = false;
  std::string reported_;
  std::vector<Source> sources_;  // last: they leave first
};

}  // namespace solder::plugins::cloud_foundry

// What an instance does of its own where Settings may say where Consul is: it waits for them, and begins anew where
// they change. Tested by tests/e2e/consul_settings_test.py.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api.h"
#include "catalog.h"
#include "discovery.h"
#include "gloo_settings.h"
#include "solder/sdk.hpp"
#include "solder/sdk/objects.hpp"
#include "solder/sdk/settings.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::consul {

// The settings that count, once they are known.
class CurrentSettings {
 public:
  // `changed`: others count than before.
  CurrentSettings(const sdk::Host& host, const sdk::Json& config, std::function<void(const Settings&)> changed);
  void start();

 private:
  void use(std::string_view spec);

  const sdk::Json& config_;
  const std::function<void(const Settings&)> changed_;
  std::optional<sdk::Json> used_;
  sdk::SettingsReader reader_;
};

// Endpoints of the upstreams that are followed.
class DiscoveryBySettings {
 public:
  DiscoveryBySettings(const sdk::Host& host, const sdk::Json& config);

  void follow(const sdk::UpstreamInput& in);
  void forget(const sdk::Ref& ref);

 private:
  struct Wanted {
    std::string kind, ns, name, json;
  };
  void use(const Settings& settings);
  void follow(const Wanted& wanted);

  const sdk::Host host_;
  std::map<std::string, Wanted> wanted_;  // by "namespace/name"
  std::optional<Settings> settings_;
  std::unique_ptr<Discovery> discovery_;
  CurrentSettings current_;
};

// An Upstream for each service, where Settings say so. Settings are waited for by nobody else, so that what was found
// by an earlier run counts until they are known and services were listed.
class CatalogBySettings {
 public:
  CatalogBySettings(const sdk::Host& host, const sdk::Json& config);
  void start();

 private:
  void use(const Settings& settings);
  void changed();
  void look();

  const sdk::Host host_;
  sdk::Objects objects_;
  sdk::Timer timer_;
  std::optional<Settings> settings_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<Catalog> catalog_;
  bool listing_ = false;  // what is not put until it ends will go
  CurrentSettings current_;
};

}  // namespace solder::plugins::consul

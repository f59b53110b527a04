// Follows all Vaults that Settings and the plugin's configuration name, and puts their Secrets into the store. Of one
// that several have the first Vault's counts; all is told once every one of them was read. Tested by
// tests/e2e/vault_test.py.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "solder/sdk/objects.hpp"
#include "solder/sdk/settings.hpp"
#include "source.h"

namespace solder::plugins::vault {

class Watcher {
 public:
  Watcher(const sdk::Host& host, sdk::Json config);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void start();

 private:
  void use(std::string_view spec);
  void changed(const Name& name);
  void told();
  void settle();
  void report();

  const sdk::Host host_;
  const sdk::Json config_;
  sdk::Http http_;
  sdk::Objects objects_;
  sdk::SettingsReader settings_;
  sdk::Timer report_timer_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::chrono::milliseconds period_{0};
  bool known_ = false;     // the Settings are
  bool complete_ = false;  // told to the host
  bool replaced_ = false;  // by sources that are not all settled yet
  std::set<Name> put_;
};

}  // namespace solder::plugins::vault

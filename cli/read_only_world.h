// What files and sources say together, for a process that serves nothing and never leads: `solder discovery`,
// `solder get --stored`. Tested by tests/e2e/discovery_process_test.py and tests/e2e/consul_store_test.py.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config/schema_catalog.h"
#include "core/host/plugin_set.h"
#include "core/sources/settings_tap.h"
#include "core/sources/source_driver.h"
#include "core/sources/source_store.h"
#include "core/store/store.h"

namespace solder::cli {

class ReadOnlyWorld {
 public:
  // `directory`: for what sources keep. The plugins' services must not offer a lease.
  ReadOnlyWorld(const std::string& directory, const std::vector<std::string>& config_directories,
                std::shared_ptr<host::PluginSet> plugins, config::SchemaCatalogPtr catalog);
  ~ReadOnlyWorld();
  ReadOnlyWorld(const ReadOnlyWorld&) = delete;
  ReadOnlyWorld& operator=(const ReadOnlyWorld&) = delete;

  // `told` gets every batch, in threads of the stores, until stop().
  base::Status start(store::Listener told);
  void stop();
  // The Settings that count, for who discovers; it lives as long as this.
  [[nodiscard]] host::SettingsBook* settings() { return sources_.settings(); }

 private:
  const std::shared_ptr<host::PluginSet> plugins_;
  sources::SourceStore sources_;
  sources::SettingsTap settings_;
  sources::SourceDriver driver_;
  std::unique_ptr<store::Store> store_;
  bool started_ = false;
};

}  // namespace solder::cli
